import { describe, expect, it } from 'vitest';
import {
  type Ban,
  type BanKind,
  type BanList,
  type BanRef,
  MAX_BAN_MS,
  MAX_BAN_SUBJECT_CHARS,
} from '../ports/directory.ts';
import { LONGER_MS, LONG_MS, NODE_1, NODE_2, rowOf, SHORT_MS } from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

export function bansContract(make: MakeDirectory): void {
  describe('bans', () => {
    const subject = fresh(make);
    const bans = () => subject().directory.bans;
    const told = async (node = NODE_1) =>
      (await subject().directory.nodes.beat(rowOf(node), LONG_MS)).bansVersion;

    it('are none at first', async () => {
      expect(await bans().list()).toEqual({ version: 0, bans: [] });
      expect(await told()).toBe(0);
    });

    it('are listed with what is left of them', async () => {
      await bans().ban(EVE, LONG_MS);
      await subject().advance(20);

      const [ban] = (await bans().list()).bans;
      expect(ban).toMatchObject(EVE);
      expect(ban!.leftMs).toBeLessThanOrEqual(LONG_MS - 19);
      expect(ban!.leftMs).toBeGreaterThan(LONG_MS / 2);
      expect(ban!.leftMs).toSatisfy(Number.isInteger);
    });

    it('answer each change with the list as it is then', async () => {
      const banned = await bans().ban(EVE, LONG_MS);
      if (banned.outcome !== 'banned') throw new Error(banned.outcome);
      expect(refsIn(banned)).toEqual([EVE]);
      expect(banned.version).toBe((await bans().list()).version);

      const unbanned = await bans().unban(EVE);
      expect(unbanned.bans).toEqual([]);
      expect(unbanned.version).toBe((await bans().list()).version);
    });

    it('keep kinds and subjects apart, whatever stands in them', async () => {
      const refs: BanRef[] = [
        { kind: 'address', subject: '192.0.2.1' },
        { kind: 'address', subject: '2001:db8::/64' },
        { kind: 'token', subject: 'ab'.repeat(32) },
        { kind: 'user', subject: 'main/eve' },
        { kind: 'peer', subject: 'main/eve' },
        { kind: 'peer', subject: 'main/peer/eve' },
        { kind: 'peer', subject: 'other/eve' },
        { kind: 'peer', subject: 'main/Éva und %s "ban:peer/eve"' },
      ];
      for (const ref of refs) await bans().ban(ref, LONG_MS);

      expect(refsIn(await bans().list())).toEqual(sorted(refs));
      await bans().unban(refs[4]!);
      expect(refsIn(await bans().list())).toEqual(sorted(refs.toSpliced(4, 1)));
    });

    it('end by themselves, each at its own time', async () => {
      await bans().ban(EVE, SHORT_MS);
      await bans().ban(MALLORY, LONG_MS);
      await subject().advance(LONGER_MS);

      expect(refsIn(await bans().list())).toEqual([MALLORY]);
    });

    it('end by themselves also when there is no other', async () => {
      await bans().ban(EVE, SHORT_MS);
      await subject().advance(LONGER_MS);

      expect((await bans().list()).bans).toEqual([]);
      expect(await bans().unban(EVE)).toMatchObject({ outcome: 'absent', bans: [] });
    });

    it('are replaced by a longer one', async () => {
      await bans().ban(EVE, SHORT_MS);
      await bans().ban(EVE, LONG_MS);
      await subject().advance(LONGER_MS);

      expect(refsIn(await bans().list())).toEqual([EVE]);
    });

    it('are replaced by a shorter one', async () => {
      await bans().ban(EVE, LONG_MS);
      await bans().ban(EVE, SHORT_MS);
      await subject().advance(LONGER_MS);

      expect((await bans().list()).bans).toEqual([]);
    });

    it('are taken back, and whoever asks again is told that there is none', async () => {
      await bans().ban(EVE, LONG_MS);
      await bans().ban(MALLORY, LONG_MS);

      const first = await bans().unban(EVE);
      expect(first.outcome).toBe('unbanned');
      expect(await bans().unban(EVE)).toMatchObject({ outcome: 'absent', version: first.version });
      expect(refsIn(await bans().list())).toEqual([MALLORY]);
    });

    it('are taken back and imposed again', async () => {
      await bans().ban(EVE, LONG_MS);
      await bans().unban(EVE);
      await bans().ban(EVE, LONG_MS);

      expect(refsIn(await bans().list())).toEqual([EVE]);
    });

    it('tell every node of each change, by a version that rises with the beats', async () => {
      const changes = [
        () => bans().ban(EVE, LONG_MS),
        () => bans().ban(EVE, LONG_MS + 1),
        () => bans().ban(MALLORY, LONG_MS),
        () => bans().unban(EVE),
      ];
      let before = await told();
      for (const change of changes) {
        await change();
        const after = await told(NODE_1);
        expect(after).toBeGreaterThan(before);
        expect(await told(NODE_2)).toBe(after);
        expect((await bans().list()).version).toBe(after);
        before = after;
      }
    });

    it('tell a node that beats for the first time after the change', async () => {
      await bans().ban(EVE, LONG_MS);

      expect(await told()).toBe((await bans().list()).version);
      expect(await told()).toBeGreaterThan(0);
    });

    it('keep their version while nothing is changed: not for a question, not for an end that was known', async () => {
      await bans().ban(EVE, SHORT_MS);
      const before = await told();
      await bans().list();
      await bans().unban(MALLORY);
      await subject().advance(LONGER_MS);
      await bans().list();

      expect(await told()).toBe(before);
    });

    it('last a year at most', async () => {
      await bans().ban(EVE, Infinity);

      const [ban] = (await bans().list()).bans;
      expect(ban!.leftMs).toBeLessThanOrEqual(MAX_BAN_MS);
      expect(ban!.leftMs).toBeGreaterThan(MAX_BAN_MS - LONG_MS);
    });

    it('are of subjects as long as may be, and of none that is longer', async () => {
      const longest: BanRef = { kind: 'user', subject: 'x'.repeat(MAX_BAN_SUBJECT_CHARS) };
      expect(await bans().ban(longest, LONG_MS)).toMatchObject({ outcome: 'banned' });
      const before = await bans().list();

      const tooLong = { ...longest, subject: `${longest.subject}x` };
      expect(await bans().ban(tooLong, LONG_MS)).toEqual({ outcome: 'too-long' });
      expect(await bans().unban(tooLong)).toMatchObject({ outcome: 'absent' });
      const after = await bans().list();
      expect(after.version).toBe(before.version);
      expect(refsIn(after)).toEqual([longest]);
    });
  });
}

const EVE: BanRef = { kind: 'user', subject: 'main/eve' };
const MALLORY: BanRef = { kind: 'address', subject: '2001:db8::/64' };

/** Who is on a list, in an order of its own: a list has none. */
const refsIn = ({ bans }: BanList) => sorted(bans.map(({ kind, subject }: Ban) => ({ kind, subject })));

const sorted = (refs: readonly BanRef[]) => refs.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

const nameOf = ({ kind, subject }: { kind: BanKind; subject: string }) => `${kind}/${subject}`;
