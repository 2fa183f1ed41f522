import { setTimeout as pause } from 'node:timers/promises';

import { CLOSES } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { RawClient, Refused, type Closed, type ConnectOptions } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis } from '../support/redis.ts';
import { jwtSettings, tokenFor } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { heardBy, signalTo } from './support/answers.ts';
import { newsOf, resuming } from './support/coming-back.ts';
import { Stage } from './support/stage.ts';

const ROUNDS = 20;
/** By so much the one may come before the other. */
const APART_MS = 40;
const LOST: readonly number[] = [CLOSES.replaced.code, CLOSES['superseded-while-connecting'].code];

describe.runIf(has('redis-server'))('same peer twice', () => {
  const stage = Stage.forEachTest();

  it(
    `a fixed peer that connects at two nodes at once: one stays, ${ROUNDS} times`,
    { timeout: 120_000 },
    async () => {
      const { nodes, witness } = await gather();
      const token = tokenFor('ada', { peer: 'ada-phone' });
      let before = await connect(nodes[0]!, { token });
      for (let round = 1; round <= ROUNDS; round += 1) {
        const winner = await race(nodes, { token });
        expect((await before.closed).code, `round ${round}`).toBe(CLOSES.replaced.code);
        await winner.request({ type: 'join', room: 'hall' }, 'joined');
        await expectSeatedOnce(witness, winner);
        before = winner;
      }
    },
  );

  it(
    `two that come back at two nodes at once with one proof: one stays, and nobody leaves, ${ROUNDS} times`,
    { timeout: 120_000 },
    async () => {
      const { nodes, witness } = await gather();
      const first = await connect(nodes[1]!, { token: tokenFor('ada') });
      await first.request({ type: 'join', room: 'hall' }, 'joined');
      let before = first;
      for (let round = 1; round <= ROUNDS; round += 1) {
        // As the machine of every second phone: the old socket is gone, or still looks alive.
        if (round % 2 === 0) before.terminate();
        const winner = await race(nodes, { token: tokenFor('ada'), ...resuming(before) });
        const { peer, instance } = first.welcome;
        expect(winner.welcome, `round ${round}`).toMatchObject({ peer, instance, resumed: true });
        expect(
          winner.welcome.rooms?.map(({ room }) => room),
          `round ${round}`,
        ).toEqual(['hall']);
        await expectSeatedOnce(witness, winner);
        before = winner;
      }
      const news = newsOf(witness, first);
      expect(news.filter((what) => what !== 'peer-away' && what !== 'peer-back')).toEqual(['peer-joined']);
      expect(news.at(-1)).not.toBe('peer-away');
    },
  );

  it(
    'a proof and a token for the same fixed peer at once: one stays, and the room shows that one',
    { timeout: 120_000 },
    async () => {
      const { nodes, witness } = await gather();
      const token = tokenFor('ada', { peer: 'ada-phone' });
      let before = await connect(nodes[1]!, { token });
      await before.request({ type: 'join', room: 'hall' }, 'joined');
      for (let round = 1; round <= ROUNDS; round += 1) {
        const winner = await race(nodes, { token, ...resuming(before) }, { token });
        // Whoever started anew has no seat yet; whoever went on has kept it.
        if (!winner.welcome.resumed) await winner.request({ type: 'join', room: 'hall' }, 'joined');
        await expectSeatedOnce(witness, winner);
        before = winner;
      }
    },
  );

  it('two peers of one user at two nodes at once are two: both stay, and the room shows both', async () => {
    const { nodes, witness } = await gather();
    const token = tokenFor('ada');
    const both = await Promise.all(nodes.map((node) => connect(node, { token })));
    for (const client of both) await client.request({ type: 'join', room: 'hall' }, 'joined');
    for (const client of both) await expectSeatedOnce(witness, client);
    for (const { socket } of both) expect(socket.readyState).toBe(socket.OPEN);
    await expect(
      oneThatStays(
        both.map((client) => Promise.resolve(client)),
        1_000,
      ),
    ).rejects.toThrow(/waited/);
  });

  /** Two nodes, and a witness in the room at the first. */
  async function gather() {
    const { url } = await stage.keep(startRedis());
    const nodes = await stage.nodes([url, url], { PARLEY_AUTH: 'jwt', ...jwtSettings });
    const witness = await connect(nodes[0]!, { token: tokenFor('witness') });
    await witness.request({ type: 'join', room: 'hall' }, 'joined');
    return { nodes, witness };
  }

  /** Two connect, at almost the same moment and each at another node; resolves with the one that stays. */
  async function race(
    nodes: readonly NodeProcess[],
    one: ConnectOptions,
    other: ConnectOptions = one,
  ): Promise<RawClient> {
    const attempts = [one, other].map(async (options, index) => {
      await pause(Math.random() * APART_MS);
      return connect(nodes[index]!, options);
    });
    const { winner, loser } = await oneThatStays(attempts);
    expect(LOST).toContain(loser.code);
    return winner;
  }

  const connect = (node: NodeProcess, options: ConnectOptions) => stage.client(node, options);
});

/** Of two, the one whose socket is open when the other's has been closed. */
async function oneThatStays(
  attempts: readonly Promise<RawClient>[],
  deadlineMs?: number,
): Promise<{ winner: RawClient; loser: Closed }> {
  const outcomes = await Promise.all(attempts.map((attempt) => attempt.catch(closeOf)));
  const clients = outcomes.filter((outcome) => outcome instanceof RawClient);
  expect(clients, 'whoever got a welcome').not.toHaveLength(0);
  const isOpen = ({ socket }: RawClient) => socket.readyState === socket.OPEN;
  await until('one to be closed', () => clients.filter(isOpen).length === 1, deadlineMs);
  const winner = clients.find(isOpen);
  const beaten = outcomes.find((outcome) => outcome !== winner);
  if (!winner || !beaten) throw new Error('both are gone');
  return { winner, loser: beaten instanceof RawClient ? await beaten.closed : beaten };
}

/** A socket that was closed before it was welcome. */
function closeOf(error: unknown): Closed {
  if (error instanceof Refused && error.closed) return error.closed;
  throw error;
}

/** The room has one seat of this peer, in this life, and who has it can be talked to. */
async function expectSeatedOnce(witness: RawClient, client: RawClient): Promise<void> {
  const { peer, instance } = client.welcome;
  await until('the witness to see it there', async () => {
    const { peers } = await witness.request({ type: 'join', room: 'hall' }, 'joined');
    const seats = peers.filter((seat) => seat.peer === peer);
    expect(seats).toMatchObject([{ instance }]);
    expect(seats[0]).not.toHaveProperty('away');
    return true;
  });
  const custom = Math.random();
  await witness.request(signalTo(client, 'hall', custom), 'delivered');
  await until('it to hear', () => heardBy(client).includes(custom));
}
