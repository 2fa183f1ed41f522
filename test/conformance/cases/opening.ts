import { ENDPOINTS, isId, isRealm, SUBPROTOCOL } from '@parley/protocol/plain';
import { assert, assertClosed, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';

/** What comes with the socket, and `/v1/check`, which answers for it. */
export const opening: readonly Case[] = [
  {
    name: 'opening: welcome is the first message, and says who you are and what holds here',
    async run(t) {
      const { welcome } = await t.connect();
      for (const member of ['peer', 'instance', 'session'] as const)
        assert(isId(welcome[member]), `${member} is an id: ${welcome[member]}`);
      assert(isRealm(welcome.realm), `realm is the name of one: ${welcome.realm}`);
      assertMembers(welcome, { resumed: false }, 'welcome');
      assert(welcome.heartbeatMs > 0 && welcome.heartbeatMs < 60_000, 'the heartbeat stays under 60 s');
      assert((welcome.limits['maxMessageBytes'] ?? 0) >= 1_024, 'limits name maxMessageBytes');
      assert(
        Array.isArray(welcome.features) && Array.isArray(welcome.iceServers),
        'features and iceServers are lists',
      );
    },
  },
  {
    name: 'opening: what was sent before welcome is answered after it, in order',
    async run(t) {
      const client = await t.open();
      for (const id of [1, 2, 3]) client.send({ type: 'ping', id });
      await client.answer(3);
      const told = client.frames.map((text) => JSON.parse(text) as { type: string; re?: number });
      assertEqual(
        told.map(({ type, re }) => re ?? type),
        ['welcome', 1, 2, 3],
        'messages',
      );
    },
  },
  {
    name: 'opening: two sessions are two peers, with instances of their own',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      for (const member of ['peer', 'instance', 'session'] as const)
        assert(a.welcome[member] !== b.welcome[member], `${member} is not shared`);
    },
  },
  {
    name: 'opening: of what was offered exactly parley.v1 is answered, wherever it stands',
    async run(t) {
      const offers = [
        [SUBPROTOCOL],
        ['parley.v0', SUBPROTOCOL],
        ['parley.resume.nobody-knows-this', SUBPROTOCOL],
      ];
      for (const subprotocols of offers) {
        const { socket } = await t.connect({ subprotocols });
        assertEqual(socket.protocol, SUBPROTOCOL, `the answer to ${subprotocols.join()}`);
      }
    },
  },
  {
    name: 'opening: who offers no subprotocol is answered none, and shows a public token in the query',
    async run(t) {
      const { token } = t.target;
      const query = token === undefined ? {} : { token };
      const { socket } = await t.connect({ subprotocols: [], token: null, query });
      assertEqual(socket.protocol, '', 'subprotocol');
    },
  },
  {
    name: 'opening: a resume that nobody knows is no refusal',
    async run(t) {
      for (const entry of ['parley.resume.unknown', 'parley.restart.unknown']) {
        const { welcome } = await t.connect({ subprotocols: [SUBPROTOCOL, entry] });
        assertEqual(welcome.resumed, false, 'resumed');
      }
    },
  },
  {
    name: 'opening: a well-formed token that is unknown opens, and is closed with the reason',
    needs: ['token'],
    async run(t) {
      const client = await t.open({ token: 'nobody-knows-this-token' });
      await assertClosed(client, 'token-unknown');
      assertEqual(client.frames, [], 'messages');
    },
  },
  {
    name: 'check: answers that a socket would open',
    async run(t) {
      const { status, answer } = await t.check();
      assertEqual(status, 200, 'status');
      assertEqual(answer.code, 'ok', 'code');
    },
  },
  {
    name: 'check: takes a public token from the query, too',
    async run(t) {
      const query = t.target.token === undefined ? '' : `?token=${t.target.token}`;
      const { status } = await t.fetch(ENDPOINTS.check + query);
      assertEqual(status, 200, 'status');
    },
  },
  {
    name: 'check: names why a credential would not do',
    needs: ['token'],
    async run(t) {
      const judged = await Promise.all(
        [null, 'short', 'nobody-knows-this-token'].map(async (token) => {
          const { status, answer } = await t.check(token);
          return [status, answer.code];
        }),
      );
      const expected = [
        [401, 'credential-missing'],
        [401, 'credential-malformed'],
        [401, 'token-unknown'],
      ];
      assertEqual(judged, expected, 'verdicts');
    },
  },
  {
    name: 'health: is 200, and says nothing of the inside',
    async run(t) {
      const response = await t.fetch(ENDPOINTS.health);
      assertEqual(response.status, 200, 'status');
      const body = await response.text();
      assert(body.length < 64, `a stranger learns nothing: ${body}`);
    },
  },
];
