import { type ErrorCode, MAIL } from '@parley/protocol';

import type { RawClient } from '../../support/client.ts';
import { freshName } from '../support/names.ts';
import type { WatchedNode } from '../support/watched-node.ts';
import { jwtOf, LOW } from './nodes.ts';
import { answerTo, times } from './play.ts';
import type { Row, Rows } from './row.ts';

/** Somebody inside says this, and is heard; and then that. */
const saying = (
  what: (client: RawClient, node: WatchedNode) => Promise<{ wrong: object; right: object }>,
  twin: string,
): Row => ({
  on: 'usual',
  twin,
  async play(node) {
    const client = await node.enter({ credential: jwtOf() });
    const { wrong, right } = await what(client, node);
    return { wrong: await answerTo(client, wrong), right: await answerTo(client, right) };
  },
});

const signal = (room: string, to: string) => ({ type: 'signal', room, to, custom: 'a thing to say' });

/** In which one session may be. */
const MAX_ROOMS = 32;

/** Somebody else, in this room. */
const neighbour = async (node: WatchedNode, room: string) => (await member(node, room)).welcome.peer;

async function member(node: WatchedNode, room: string): Promise<RawClient> {
  const other = await node.enter();
  await other.request({ type: 'join', room }, 'joined');
  return other;
}

/** Every error reply. */
export const errors: Rows<ErrorCode> = {
  'bad-message': saying(
    async () => ({ wrong: { type: 'ping', colour: 'red' }, right: { type: 'ping' } }),
    'pong',
  ),
  'unknown-type': saying(async () => ({ wrong: { type: 'pings' }, right: { type: 'ping' } }), 'pong'),

  'not-in-room': saying(async (client, node) => {
    const [room, mine] = [freshName(), freshName()];
    await client.request({ type: 'join', room: mine }, 'joined');
    return {
      wrong: signal(room, await neighbour(node, room)),
      right: signal(mine, await neighbour(node, mine)),
    };
  }, 'delivered'),

  'room-full': saying(async (_client, node) => {
    const [full, roomy] = [freshName(), freshName()];
    for (const [room, capacity] of [
      [full, 2],
      [roomy, 3],
    ] as const) {
      const first = await node.enter();
      await first.request({ type: 'join', room, capacity }, 'joined');
      await neighbour(node, room);
    }
    return { wrong: { type: 'join', room: full }, right: { type: 'join', room: roomy } };
  }, 'joined'),

  'room-not-found': saying(async (_client, node) => {
    const room = freshName();
    await neighbour(node, room);
    return {
      wrong: { type: 'join', room: freshName(), create: false },
      right: { type: 'join', room, create: false },
    };
  }, 'joined'),

  'not-allowed': {
    on: 'usual',
    twin: 'joined',
    async play(node) {
      const client = await node.enter({ credential: jwtOf({ rooms: ['mine-*'] }) });
      return {
        wrong: await answerTo(client, { type: 'join', room: 'theirs-1' }),
        right: await answerTo(client, { type: 'join', room: 'mine-1' }),
      };
    },
  },

  'peer-unreachable': saying(async (client, node) => {
    const room = freshName();
    await client.request({ type: 'join', room }, 'joined');
    const stranger = await node.enter();
    return {
      wrong: signal(room, stranger.welcome.peer),
      right: signal(room, await neighbour(node, room)),
    };
  }, 'delivered'),

  'delivery-timeout': {
    because: 'the other node has to fail between the signal and its receipt',
    testedIn: 'test/cluster/frozen-redis.test.ts',
  },
  'mail-full': saying(async (client, node) => {
    const room = freshName();
    await client.request({ type: 'join', room }, 'joined');
    const [gone, other] = [await member(node, room), await member(node, room)];
    for (const each of [gone, other]) {
      each.terminate();
      await client.next('peer-away');
    }
    await times(MAIL.maxSignals, () => answerTo(client, signal(room, gone.welcome.peer)));
    return { wrong: signal(room, gone.welcome.peer), right: signal(room, other.welcome.peer) };
  }, 'kept'),

  'not-waiting': saying(async (client) => {
    const queue = freshName('queue');
    await client.request({ type: 'match', queue }, 'waiting');
    return { wrong: { type: 'unmatch', queue: freshName('queue') }, right: { type: 'unmatch', queue } };
  }, 'unmatched'),

  'match-timeout': {
    on: 'usual',
    twin: 'joined',
    async play(node) {
      const queue = freshName('queue');
      const [alone, one, other] = [await node.enter(), await node.enter(), await node.enter()];
      await alone.request({ type: 'match', queue: freshName('queue'), timeoutMs: 50 }, 'waiting');
      const { code } = await alone.next('error');
      for (const client of [one, other]) client.send({ type: 'match', queue, timeoutMs: 10_000 });
      return { wrong: `error ${code}`, right: (await one.next('joined')).type };
    },
  },

  'rate-limited': {
    on: 'usual',
    twin: 'waiting',
    async play(node) {
      const [busy, other] = [await node.enter(), await node.enter()];
      const match = () => ({ type: 'match', queue: freshName('queue') });
      await times(LOW.matches, () => busy.request(match(), 'waiting'));
      return { wrong: await answerTo(busy, match()), right: await answerTo(other, match()) };
    },
  },

  'too-many-rooms': saying(async (client) => {
    const rooms = Array.from({ length: MAX_ROOMS }, () => freshName());
    for (const room of rooms) await client.request({ type: 'join', room }, 'joined');
    return { wrong: { type: 'join', room: freshName() }, right: { type: 'join', room: rooms[0] } };
  }, 'joined'),

  'cluster-unavailable': {
    because: 'it needs a Redis that is frozen',
    testedIn: 'test/abuse/doors/outages.test.ts',
  },
  'keys-unavailable': {
    because: 'it needs a key server that is down',
    testedIn: 'test/abuse/doors/key-server.test.ts',
  },
  internal: { because: 'a fault ends the session with 1011, and nothing says this' },
};
