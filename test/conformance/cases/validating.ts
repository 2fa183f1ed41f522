import type { RoomId } from '@parley/protocol/plain';
import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Harness } from '../harness.ts';
import { CANDIDATE, OFFER, SDP } from './samples.ts';

/** What a node refuses to read. Few refusals a session: repeated ones end it. */
export const validating: readonly Case[] = [
  {
    name: 'validation: what is not a JSON object is a bad message',
    run: (t) =>
      expectRefused(t, [
        '',
        'hello',
        '{"type":"ping"',
        '[]',
        '[{"type":"ping"}]',
        '1',
        'null',
        '"ping"',
        '{} {}',
      ]),
  },
  {
    name: 'validation: a message without a type that is text is a bad message',
    run: (t) => expectRefused(t, [{}, { type: 1 }, { type: null }, { type: ['ping'] }], 'type'),
  },
  {
    name: 'validation: a type that nobody knows is unknown-type',
    async run(t) {
      const a = await t.connect();
      for (const type of ['dance', '', 'Ping', 'welcome', 'joined', 'constructor', '__proto__']) {
        a.send(JSON.stringify({ type, id: type }));
        assertMembers(await a.answer(type), { type: 'error', code: 'unknown-type' }, type);
      }
    },
  },
  {
    name: 'validation: a member that the table does not name is refused, and its name is not repeated',
    async run(t) {
      const a = await t.connect();
      const error = await a.request({ type: 'ping', colour: 'red' }, 'error');
      assertEqual(error.code, 'bad-message', 'code');
      assert(!/colour|red/.test(error.message), `nothing of the client comes back: ${error.message}`);
    },
  },
  {
    name: 'validation: a message that names a member twice is refused, in a description and a candidate too',
    async run(t) {
      const signal = (payload: string) => `{"type":"signal","room":"r","to":"p",${payload}}`;
      await expectRefused(t, [
        '{"type":"ping","type":"ping"}',
        '{"type":"join","id":1,"id":1}',
        String.raw`{"type":"ping","id":1,"\u0069d":1}`,
        signal(`"description":{"type":"offer","type":"answer","sdp":${JSON.stringify(SDP)}}`),
        signal('"candidate":{"candidate":"","candidate":""}'),
      ]);
    },
  },
  {
    name: 'validation: 32 levels deep is read, 33 are refused',
    async run(t) {
      const { room, a, b } = await t.pair();
      const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
      const signal = (levels: number) =>
        `{"type":"signal","id":${levels},"room":"${room}","to":"${b.peer}","custom":${nested(levels)}}`;
      a.send(signal(31)); // the braces of the message count
      assertEqual((await a.answer(31)).type, 'delivered', '32 levels');
      await b.next('signal');
      a.send(signal(32).replace('"id":32,', ''));
      assertEqual((await a.next('error')).code, 'bad-message', '33 levels');
    },
  },
  {
    name: 'validation: a bad message is answered with its id, and the text names the path',
    async run(t) {
      const { room, a, b } = await t.pair();
      const to = b.peer;
      const mistakes = [
        [{ type: 'join', room: 7 }, 'room'],
        [{ type: 'join', room, capacity: '2' }, 'capacity'],
        [{ type: 'join', create: false }, 'create'],
        [{ type: 'match' }, 'queue'],
        [{ type: 'signal', room, to, description: { type: 'offer', sdp: 'hello' } }, 'description.sdp'],
        [
          { type: 'signal', room, to, candidate: { ...CANDIDATE, sdpMLineIndex: -1 } },
          'candidate.sdpMLineIndex',
        ],
        [{ type: 'signal', room, to, custom: 1, seq: -1 }, 'seq'],
      ] as const;
      for (const [message, path] of mistakes) {
        const error = await a.request(message, 'error');
        assertEqual(error.code, 'bad-message', `the answer to ${JSON.stringify(message)}`);
        assert(error.message.includes(path), `${error.message} names ${path}`);
      }
    },
  },
  {
    name: 'validation: what a client wrote is never repeated in the text of an error',
    async run(t) {
      const a = await t.connect();
      const secret = 'xyzzy';
      const messages = [
        { type: secret },
        { type: 'ping', [secret]: 1 },
        { type: 'join', room: `{${secret}}` },
        { type: 'refresh', token: { [secret]: secret } },
        { type: 'signal', room: 'r', to: 'p', description: { type: secret, sdp: secret } },
        { type: 'leave', room: secret },
      ];
      for (const message of messages) {
        const error = await a.request(message, 'error');
        assert(!error.message.includes(secret), `it came back: ${error.message}`);
      }
    },
  },
  {
    name: 'validation: names are 1 to 128 printable characters without space, quotes, backslash and braces',
    async run(t) {
      const a = await t.connect();
      const good = `${t.name('names')}!#$%&()*+,-./:;<=>?@[]^_\`|~`;
      for (const room of [good, good.padEnd(128, 'x')]) await a.request({ type: 'join', room }, 'joined');
      const wrong = ['', 'x'.repeat(129), 'a b', 'a"b', "a'b", 'a\\b', 'a{b', 'a}b', 'ä', 'a\n', '\u0000'];
      for (const room of wrong) {
        const error = await a.request({ type: 'join', room }, 'error');
        assertEqual(error.code, 'bad-message', `a room called ${JSON.stringify(room)}`);
      }
    },
  },
  {
    name: 'validation: capacity, size and timeoutMs have bounds',
    async run(t) {
      await expectRefused(t, [
        ...[1, 65, 2.5, null].map((capacity) => ({ type: 'join', capacity })),
        ...[1, 17, '2'].map((size) => ({ type: 'match', queue: 'q', size })),
        ...[0, 3_600_001, -1].map((timeoutMs) => ({ type: 'match', queue: 'q', timeoutMs })),
      ]);
    },
  },
  {
    name: 'validation: meta may take 1024 bytes of JSON text',
    async run(t) {
      const a = await t.connect();
      const room = t.name('room');
      const fitting = ['x'.repeat(1_022), 'ß'.repeat(511), { x: 'y'.repeat(1_016) }];
      for (const meta of fitting) await a.request({ type: 'join', room, meta }, 'joined');
      for (const meta of ['x'.repeat(1_023), 'ß'.repeat(512)]) {
        const error = await a.request({ type: 'update', room, meta }, 'error');
        assertEqual(error.code, 'bad-message', 'code');
        assert(error.message.includes('meta'), `it names the path: ${error.message}`);
      }
    },
  },
  {
    name: 'validation: a signal carries one payload, or none and an ack',
    run: (t) =>
      expectRefusedSignals(t, [
        {},
        { seq: 1 },
        { candidate: null, custom: null },
        { description: OFFER, candidate: CANDIDATE },
        { description: null },
        { custom: 1, mailed: 1 },
        { custom: 1, from: 'somebody-else' },
        { custom: 1, ack: 1.5 },
      ]),
  },
  {
    name: 'validation: a description is an offer, an answer or a pranswer that looks like SDP',
    run: (t) =>
      expectRefusedSignals(
        t,
        [
          { type: 'rollback', sdp: '' },
          { type: 'offer' },
          { type: 'offer', sdp: '' },
          { type: 'offer', sdp: 'hello' },
          { type: 'offer', sdp: `${SDP}not a line\r\n` },
          { type: 'offer', sdp: `${SDP}a=bell\u0007\r\n` },
          { type: 'offer', sdp: `s=-\r\n${SDP}` },
          'v=0\r\n',
        ].map((description) => ({ description })),
      ),
  },
  {
    name: 'validation: candidates of every stack pass',
    async run(t) {
      const { room, a, b } = await t.pair();
      const attributes = [
        'candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.1 rport 46154 generation 0 ufrag x',
        'candidate:0 1 UDP 2122252543 4a7f3c1e-1b2c-4d5e-8f90-0123456789ab.local 41234 typ host',
        'a=candidate:1 1 UDP 2122317823 fe80::1%eth0 9 typ host',
        'candidate:3 1 tcp 1518214911 2001:db8::7 9 typ host tcptype active unknown extension',
        '',
      ];
      for (const candidate of attributes) {
        const sent = { candidate, sdpMid: null, sdpMLineIndex: 65_535 };
        await a.request({ type: 'signal', room, to: b.peer, candidate: sent }, 'delivered');
        assertEqual((await b.next('signal')).candidate, sent, 'candidate');
      }
    },
  },
  {
    name: 'validation: what is no candidate is refused',
    run: (t) =>
      expectRefusedSignals(
        t,
        [
          {},
          'candidate:1 1 udp 1 192.0.2.1 9 typ host',
          { candidate: 'hello' },
          { candidate: 'candidate:1 1 udp 1 192.0.2.1 65536 typ host' },
          { ...CANDIDATE, candidate: `${CANDIDATE.candidate}\r\na=ice-lite` },
          { ...CANDIDATE, sdpMLineIndex: 65_536 },
          { ...CANDIDATE, sdpMid: 'x'.repeat(257) },
          { ...CANDIDATE, usernameFragment: 'two\nlines' },
        ].map((candidate) => ({ candidate })),
      ),
  },
];

/** Each is answered by `bad-message`, in a session that goes on. With `path` the text names it. */
async function expectRefused(t: Harness, messages: readonly (object | string)[], path = ''): Promise<void> {
  const a = await t.connect();
  for (const message of messages) {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    a.send(text);
    const error = await a.next('error');
    assertEqual(error.code, 'bad-message', `the answer to ${text}`);
    assert(error.message.includes(path), `${error.message} names ${path}`);
  }
  assertEqual(a.unasked('pong'), [], 'messages that were read all the same');
}

/** Each would be delivered if it were right, and nothing is. */
async function expectRefusedSignals(t: Harness, payloads: readonly object[]): Promise<void> {
  const { room, a, b } = await t.pair();
  for (const payload of payloads) {
    const error = await a.request(signalTo(room, b.peer, payload), 'error');
    assertEqual(error.code, 'bad-message', `the answer to ${JSON.stringify(payload)}`);
  }
  await b.settle();
  assertEqual(b.unasked('signal'), [], 'what arrived');
}

const signalTo = (room: RoomId, to: string, payload: object) => ({ type: 'signal', room, to, ...payload });
