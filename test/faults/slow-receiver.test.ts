import type { Outgoing } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { heardBy, signalTo } from './support/answers.ts';
import { newsSince, numbers, outcomes, resuming, sendAll, times } from './support/coming-back.ts';
import { Stage } from './support/stage.ts';

/** Large enough that a socket is soon full, whatever the kernel holds for it. */
const FILLING = 'x'.repeat(50_000);

describe.runIf(has('redis-server'))('receiver reads too slowly', () => {
  const stage = Stage.forEachTest();

  it.each([
    ['another node', 0],
    ['the same node', 1],
  ])(
    'closed and away: what comes later is kept, and it gets that when it comes back; its sender is at %s',
    async (_where, at) => {
      const { nodes, members, phone } = await gather();
      const sender = members[at]!;
      const since = members.map((member) => newsSince(member, phone));
      phone.socket.pause();
      const answers = await floodUntil(sender, phone, () => since.every((news) => news().length > 0));
      const later = await sendAll(sender, phone, 'hall', ['later', 'still later']);
      const [first] = nodes as [NodeProcess];
      const back = await stage.client(first, resuming(phone));
      for (const member of members) await member.next('peer-back');
      await sender.request(signalTo(phone, 'hall', 'last'), 'delivered');
      await until('the last one', () => heardBy(back).includes('last'));

      expect(outcomes(later)).toEqual(['kept', 'kept']);
      const delivered = outcomes(answers).filter((outcome) => outcome === 'delivered').length;
      const kept = outcomes(answers).filter((outcome) => outcome === 'kept').length;
      expect(delivered, 'what its socket took').toBeGreaterThan(0);
      expect(outcomes(answers).slice(0, delivered + kept)).toEqual([
        ...times(delivered, 'delivered'),
        ...times(kept, 'kept'),
      ]);
      // What neither its mail nor those who wait for it had room for.
      const refused = outcomes(answers).slice(delivered + kept);
      for (const outcome of refused) expect(['mail-full', 'rate-limited']).toContain(outcome);
      const expected = [...numbers(delivered + 1, delivered + kept), 'later', 'still later', 'last'];
      expect(heardBy(back).map(briefly)).toEqual(expected);
      for (const news of since) expect(news()).toEqual(['peer-away', 'peer-back']);

      phone.socket.resume();
      expect(await phone.closed).toMatchObject({
        code: expect.toSatisfy((code) => [4001, 1006].includes(code)),
      });
      const read = heardBy(phone).map(briefly);
      expect(read, 'what it read is a beginning of what was sent').toEqual(numbers(1, read.length));
      expect(read.length).toBeLessThanOrEqual(delivered);
    },
  );

  it('whoever reads as fast as it is written to is not closed, however much it is', async () => {
    const { members, phone } = await gather();
    const since = members.map((member) => newsSince(member, phone));
    let heard = 0;
    const answers = await floodUntil(members[0]!, phone, () => (heard += 1) > 20);
    expect(outcomes(answers)).toEqual(times(answers.length, 'delivered'));
    await until('all of them', () => heardBy(phone).length === answers.length);
    expect(phone.socket.readyState).toBe(phone.socket.OPEN);
    for (const news of since) expect(news()).toEqual([]);
  });

  /** One at the first node and two at the second, of whom one is about to be slow. */
  async function gather() {
    const { url } = await stage.keep(startRedis());
    const nodes = await stage.nodes([url, url]);
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [far, beside, phone] = await stage.meet('hall', [first, second, second]);
    return { nodes, members: [far!, beside!], phone: phone! };
  }
});

/** Numbered signals, ten at a time, until something has come true; resolves with what became of each. */
async function floodUntil(from: RawClient, to: RawClient, isEnough: () => boolean): Promise<Outgoing[]> {
  const answers: Outgoing[] = [];
  while (!isEnough()) {
    const next = numbers(answers.length + 1, answers.length + 10);
    const asked = next.map((n) =>
      from.request({ ...signalTo(to, 'hall', n), custom: { n, filling: FILLING } }),
    );
    answers.push(...(await Promise.all(asked)));
    expect(answers.length, 'so many, and its socket is still not full').toBeLessThan(2_000);
  }
  return answers;
}

const briefly = (custom: unknown) => (typeof custom === 'object' ? (custom as { n: number }).n : custom);
