import { describe, expect, it } from 'vitest';
import type { Realm } from '@parley/protocol';
import type { BeatAnswer } from '../ports/directory.ts';
import { LONG_MS, NODE_1, NODE_2, NODE_3, rowOf } from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** A life that a test lets lapse: beats at a quarter of it keep the table awake, on a busy machine too. */
const LIFE_MS = 800;

export function nodesContract(make: MakeDirectory): void {
  describe('nodes', () => {
    const subject = fresh(make);
    const beat = (node: typeof NODE_1, lifeMs = LONG_MS) =>
      subject().directory.nodes.beat(rowOf(node), lifeMs);

    it('gives back every row as it was beaten, the own one too', async () => {
      const { nodes } = subject().directory;
      const row = rowOf(NODE_1, {
        hears: false,
        version: '1.2.3',
        sessions: { ['a' as Realm]: 7, ['b-2' as Realm]: 1 },
      });

      await nodes.beat(row, LONG_MS);
      const answer = await nodes.beat(rowOf(NODE_2), LONG_MS);

      expect(byNode(answer)).toEqual({
        [NODE_1]: { ...row, state: 'alive' },
        [NODE_2]: { ...rowOf(NODE_2), state: 'alive' },
      });
    });

    it('replaces a row by the latest beat of its node', async () => {
      const { nodes } = subject().directory;
      await nodes.beat(rowOf(NODE_1, { hears: false }), LONG_MS);

      const answer = await nodes.beat(
        rowOf(NODE_1, { hears: true, sessions: { ['a' as Realm]: 2 } }),
        LONG_MS,
      );

      expect(answer.nodes).toEqual([
        { ...rowOf(NODE_1, { sessions: { ['a' as Realm]: 2 } }), state: 'alive' },
      ]);
    });

    it('tells the time, which does not go back', async () => {
      const first = await beat(NODE_1);
      await subject().advance(20);
      const second = await beat(NODE_2);

      expect(second.nowMs - first.nowMs).toBeGreaterThanOrEqual(19);
      expect(second.nowMs - first.nowMs).toBeLessThan(LONG_MS);
    });

    it('keeps the name of the table, and counts each beat of any node', async () => {
      const answers = [await beat(NODE_1), await beat(NODE_2), await beat(NODE_1)];

      expect(answers[0]?.table).not.toBe('');
      expect(new Set(answers.map((answer) => answer.table)).size).toBe(1);
      const beats = answers.map((answer) => answer.beats);
      expect(beats).toEqual(beats.toSorted((a, b) => a - b));
      expect(new Set(beats).size).toBe(3);
    });

    it('keeps the version of the bans while nobody changes them', async () => {
      expect((await beat(NODE_1)).bansVersion).toBe((await beat(NODE_2)).bansVersion);
    });

    it('calls a node lost that stopped beating while others went on, and alive when it beats again', async () => {
      await beat(NODE_1, LIFE_MS);
      await beatThrough(LIFE_MS + LIFE_MS / 2);

      expect(statesOf(await beat(NODE_2, LIFE_MS))).toEqual({ [NODE_1]: 'lost', [NODE_2]: 'alive' });
      expect(statesOf(await beat(NODE_1, LIFE_MS))).toEqual({ [NODE_1]: 'alive', [NODE_2]: 'alive' });
    });

    it('gives every row that was alive a fresh life when nobody has beaten for half a life', async () => {
      await beat(NODE_1, LIFE_MS);
      await beat(NODE_2, LIFE_MS);
      await subject().advance(LIFE_MS * 1.5);

      expect(statesOf(await beat(NODE_3, LIFE_MS))).toEqual({
        [NODE_1]: 'alive',
        [NODE_2]: 'alive',
        [NODE_3]: 'alive',
      });
    });

    it('does not give those a fresh life that had been lost or gone before', async () => {
      await beat(NODE_1, LIFE_MS);
      await beat(NODE_3, LONG_MS);
      await subject().directory.nodes.goodbye(NODE_3);
      await beatThrough(LIFE_MS + LIFE_MS / 2);
      await subject().advance(LIFE_MS);

      const answer = await beat(NODE_2, LIFE_MS);
      expect(statesOf(answer)).toEqual({ [NODE_1]: 'lost', [NODE_2]: 'alive', [NODE_3]: 'gone' });
    });

    it('says when it woke, to every node, once nobody has beaten for half a life', async () => {
      const times = [await beat(NODE_1, LIFE_MS), await beat(NODE_2, LIFE_MS)];
      expect(times.map(({ wokeAtMs }) => wokeAtMs)).toEqual([0, 0]);
      await subject().advance(LIFE_MS * 0.75);

      const woken = await beat(NODE_1, LIFE_MS);
      expect(woken.wokeAtMs).toBe(woken.nowMs);
      await subject().advance(LIFE_MS / 4);
      expect((await beat(NODE_2, LIFE_MS)).wokeAtMs).toBe(woken.wokeAtMs);
      expect((await beat(NODE_1, LIFE_MS)).wokeAtMs).toBe(woken.wokeAtMs);

      await subject().advance(LIFE_MS * 0.75);
      const again = await beat(NODE_2, LIFE_MS);
      expect(again.wokeAtMs).toBe(again.nowMs);
      expect(again.wokeAtMs).toBeGreaterThan(woken.wokeAtMs);
    });

    it('has not slept while anybody beats, whoever does not', async () => {
      await beat(NODE_1, LIFE_MS);
      await beatThrough(LIFE_MS + LIFE_MS / 2);

      expect((await beat(NODE_1, LIFE_MS)).wokeAtMs).toBe(0);
    });

    it('remembers who said goodbye as gone', async () => {
      await beat(NODE_1);
      await subject().directory.nodes.goodbye(NODE_1);
      await subject().directory.nodes.goodbye(NODE_1);

      expect(statesOf(await beat(NODE_2))).toEqual({ [NODE_1]: 'gone', [NODE_2]: 'alive' });
    });

    it('does not let a late beat bring back who said goodbye', async () => {
      await beat(NODE_1);
      await subject().directory.nodes.goodbye(NODE_1);
      await beat(NODE_1);

      expect(statesOf(await beat(NODE_2))).toEqual({ [NODE_1]: 'gone', [NODE_2]: 'alive' });
    });

    it('does not mind the goodbye of a node that it does not know', async () => {
      await subject().directory.nodes.goodbye(NODE_1);

      expect(statesOf(await beat(NODE_2))).toEqual({ [NODE_2]: 'alive' });
    });

    /** Node 2 keeps the table awake for so long. */
    async function beatThrough(ms: number) {
      for (let passedMs = 0; passedMs < ms; passedMs += LIFE_MS / 4) {
        await beat(NODE_2, LIFE_MS);
        await subject().advance(LIFE_MS / 4);
      }
    }
  });
}

const byNode = (answer: BeatAnswer) => Object.fromEntries(answer.nodes.map((row) => [row.node, row]));

const statesOf = (answer: BeatAnswer) => Object.fromEntries(answer.nodes.map((row) => [row.node, row.state]));
