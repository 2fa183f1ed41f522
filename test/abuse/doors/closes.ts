import type { CloseName } from '@parley/protocol';

import { freshName } from '../support/names.ts';
import type { WatchedNode } from '../support/watched-node.ts';
import { type Claims, jwtOf, type NodeName } from './nodes.ts';
import { answerTo, ended, operate, times } from './play.ts';
import type { Row, Rows } from './row.ts';

const DAY_MS = 86_400_000;

/** What a frame may have, and a message of just so many bytes. */
const LARGEST_BYTES = 65_536;
const pingOf = (bytes: number) => JSON.stringify({ type: 'ping' }).padEnd(bytes);

/** Knocks with this credential, and with one that is right. */
const credential = (wrong: () => string, right: () => string = jwtOf): Row => ({
  on: 'usual',
  play: async (node) => ({
    wrong: await node.knock({ credential: wrong() }),
    right: await node.knock({ credential: right() }),
  }),
});

const claims = (wrong: Claims, right: Claims): Row =>
  credential(
    () => jwtOf(wrong),
    () => jwtOf(right),
  );

/** Somebody enters and does this, and somebody else that; `pong`: it is still there. */
const inside = (
  on: NodeName,
  wrong: (node: WatchedNode) => Promise<string>,
  right: (node: WatchedNode) => Promise<string>,
): Row => ({
  on,
  twin: 'pong',
  play: async (node) => ({ wrong: await wrong(node), right: await right(node) }),
});

/** Every close that a node sends. */
export const closes: Rows<CloseName> = {
  normal: {
    on: 'usual',
    twin: 'pong',
    async play(node) {
      const client = await node.enter();
      const right = await answerTo(client, { type: 'ping' });
      client.send({ type: 'bye' });
      return { wrong: await ended(client), right };
    },
  },

  'too-big': inside(
    'usual',
    async (node) => {
      const client = await node.enter();
      client.send(pingOf(LARGEST_BYTES + 1));
      return ended(client);
    },
    async (node) => {
      const client = await node.enter();
      client.send(pingOf(LARGEST_BYTES));
      return (await client.next('pong')).type;
    },
  ),

  internal: {
    because: 'no stranger can bring it about unless there is a bug, which is put there',
    testedIn: 'test/abuse/doors/faults.test.ts',
  },
  drained: {
    because: 'an operator does that',
    testedIn: 'test/abuse/doors/outages.test.ts',
  },
  'slow-consumer': {
    because: 'it takes a stopped reader, and others that are not harmed by it',
    testedIn: 'test/abuse/doors/idle-and-slow.test.ts',
  },
  'superseded-while-connecting': {
    because: 'two sessions of one fixed peer have to race: nobody is harmed but its own owner',
    testedIn: 'test/cluster/fixed-peers.test.ts',
    as: '4002',
  },
  'cluster-unavailable': {
    because: 'Redis has to fail between the door and the welcome',
    testedIn: 'packages/core/src/node-connections.test.ts',
  },

  idle: inside(
    'impatient',
    async (node) => ended(await node.enter()),
    async (node) => {
      const client = await node.enter();
      await answerTo(client, { type: 'join', room: freshName() });
      await ended(await node.enter());
      return answerTo(client, { type: 'ping' });
    },
  ),

  'heartbeat-lost': inside(
    'impatient',
    async (node) => {
      const client = await node.enter({ socket: { autoPong: false } });
      await answerTo(client, { type: 'join', room: freshName() });
      return ended(client);
    },
    async (node) => {
      const [quiet, mute] = [await node.enter(), await node.enter({ socket: { autoPong: false } })];
      for (const client of [quiet, mute]) await answerTo(client, { type: 'join', room: freshName() });
      await ended(mute);
      return answerTo(quiet, { type: 'ping' });
    },
  ),

  'session-lifetime': inside(
    'mortal',
    async (node) => {
      const client = await node.enter();
      await answerTo(client, { type: 'join', room: freshName() });
      return ended(client);
    },
    async (node) => answerTo(await node.enter(), { type: 'ping' }),
  ),

  'token-expired': credential(() => jwtOf({}, { nowMs: Date.now() - DAY_MS })),
  'token-not-yet-valid': claims(
    { nbf: (Date.now() + DAY_MS) / 1_000 },
    { nbf: (Date.now() - DAY_MS) / 1_000 },
  ),
  'mail-waits': {
    because: 'the node has to be taken for lost first',
    testedIn: 'packages/core/src/coming-back.test.ts',
  },
  'token-bad-signature': credential(() => jwtOf({}, { key: 'the secret of somebody else, long enough' })),
  'token-wrong-issuer': credential(() => jwtOf({}, { issuer: 'https://id.evil.example' })),
  'token-wrong-audience': credential(() => jwtOf({}, { audience: 'somebody-else' })),
  'token-wrong-realm': claims({ realm: 'Not A Realm' }, { realm: 'a-realm' }),
  'token-bad-claims': claims({ rooms: 'everything' }, { rooms: ['everything'] }),
  'token-unknown': {
    on: 'usual',
    play: async (node) => ({
      wrong: await node.knock({ credential: 'a-public-token-of-another-node' }),
      right: await node.knock(),
    }),
  },
  'token-wrong-algorithm': credential(() =>
    jwtOf({}, { algorithm: 'HS512' as 'HS256', key: 'x'.repeat(64) }),
  ),
  'token-unknown-key': {
    because: 'it needs keys with names',
    testedIn: 'test/abuse/doors/key-server.test.ts',
  },

  'rate-limited': inside(
    'usual',
    async (node) => {
      const client = await node.enter();
      for (let frame = 0; frame < 1_000; frame += 1) client.send({ type: 'ping' });
      return ended(client);
    },
    async (node) => {
      const client = await node.enter();
      const pongs = await times(100, () => answerTo(client, { type: 'ping' }));
      return [...new Set(pongs)].join();
    },
  ),

  'too-many-sessions': { because: 'who is too many is refused before the socket, and nothing says this' },

  replaced: {
    on: 'usual',
    twin: 'pong',
    async play(node) {
      const peer = freshName('peer');
      const [first, other] = [
        await node.enter({ credential: jwtOf({ peer }) }),
        await node.enter({ credential: jwtOf({ peer: freshName('peer') }) }),
      ];
      await node.enter({ credential: jwtOf({ peer, sub: 'the-same' }) });
      return { wrong: await ended(first), right: await answerTo(other, { type: 'ping' }) };
    },
  },

  kicked: {
    on: 'usual',
    twin: 'pong',
    async play(node) {
      const [kicked, other] = [await node.enter(), await node.enter()];
      await operate(node, 'POST', '/sessions/close', { session: kicked.welcome.session });
      return { wrong: await ended(kicked), right: await answerTo(other, { type: 'ping' }) };
    },
  },

  banned: {
    on: 'usual',
    twin: 'pong',
    async play(node) {
      const user = freshName('user');
      const [banned, other] = [
        await node.enter({ credential: jwtOf({ sub: user }) }),
        await node.enter({ credential: jwtOf() }),
      ];
      await operate(node, 'POST', '/bans', { kind: 'user', subject: `main/${user}`, forMs: 60_000 });
      return { wrong: await ended(banned), right: await answerTo(other, { type: 'ping' }) };
    },
  },

  'protocol-violation': inside(
    'usual',
    async (node) => {
      const client = await node.enter();
      for (let frame = 0; frame < 30; frame += 1) client.send('not JSON');
      return ended(client);
    },
    async (node) => {
      const client = await node.enter();
      client.send('not JSON');
      await client.next('error');
      return answerTo(client, { type: 'ping' });
    },
  ),

  'unsupported-data': inside(
    'usual',
    async (node) => {
      const client = await node.enter();
      client.socket.send(Buffer.from(JSON.stringify({ type: 'ping' })));
      return ended(client);
    },
    async (node) => {
      const client = await node.enter();
      client.socket.send(JSON.stringify({ type: 'ping' }));
      return (await client.next('pong')).type;
    },
  ),
};
