import type { RoomId } from '@parley/protocol/plain';
import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';

/** Each message of a client, and the answer that ends it. */
const TERMINAL = (room: RoomId, queue: string, to: string, token: string) =>
  [
    [{ type: 'join', room }, 'joined'],
    [{ type: 'update', room, meta: 1 }, 'updated'],
    [{ type: 'signal', room, to, custom: 1 }, 'delivered'],
    [{ type: 'match', queue }, 'waiting'],
    [{ type: 'unmatch', queue }, 'unmatched'],
    [{ type: 'leave', room }, 'left'],
    [{ type: 'refresh', token }, 'refreshed'],
    [{ type: 'ice' }, 'ice-servers'],
    [{ type: 'ping' }, 'pong'],
  ] as const;

/** `id` and `re`. */
export const answers: readonly Case[] = [
  {
    name: 'answers: every message has one terminal answer, which carries its id as re',
    async run(t) {
      const { room, a, b } = await t.pair();
      const token = t.target.token ?? 'any-token-is-as-good-as-none';
      for (const [message, expected] of TERMINAL(room, t.name('queue'), b.peer, token)) {
        a.send({ ...message, id: message.type });
        assertEqual((await a.answer(message.type)).type, expected, `the answer to ${message.type}`);
      }
      await a.settle(); // a second answer to anything is a problem of the client
    },
  },
  {
    name: 'answers: without an id they come all the same, without re',
    async run(t) {
      const { room, a, b } = await t.pair();
      const token = t.target.token ?? 'any-token-is-as-good-as-none';
      for (const [message, expected] of TERMINAL(room, t.name('queue'), b.peer, token)) {
        if (message.type === 'signal') continue; // it alone is not answered then
        a.send(message);
        assert(!('re' in (await a.next(expected))), `${expected} has no re`);
      }
    },
  },
  {
    name: 'answers: re has the very value of id, whatever its form',
    async run(t) {
      const a = await t.connect();
      const ids = ['', '1', 'x'.repeat(64), 'ß ☃ "quoted" \\', 1, 0, -1, Number.MAX_SAFE_INTEGER];
      for (const id of [...ids, Number.MIN_SAFE_INTEGER]) {
        a.send({ type: 'ping', id });
        assertEqual((await a.next('pong')).re, id, 're');
      }
    },
  },
  {
    name: 'answers: an id of another form is a bad message, without re',
    async run(t) {
      const a = await t.connect();
      for (const id of ['x'.repeat(65), 1.5, 2 ** 53, null, true, {}, ['1']]) {
        a.send(JSON.stringify({ type: 'ping', id }));
        const error = await a.next('error');
        assertMembers(
          error,
          { code: 'bad-message', re: undefined },
          `the answer to id ${JSON.stringify(id)}`,
        );
        assert(error.message.includes('id'), `it names the path: ${error.message}`);
      }
      await a.settle();
    },
  },
  {
    name: 'answers: an error is the one answer of its message, and the session goes on',
    async run(t) {
      const a = await t.connect();
      const room = t.name('room');
      const failing = [
        [{ type: 'leave', room }, 'not-in-room'],
        [{ type: 'update', room, meta: 1 }, 'not-in-room'],
        [{ type: 'signal', room, to: a.peer, custom: 1 }, 'not-in-room'],
        [{ type: 'unmatch', queue: room }, 'not-waiting'],
        [{ type: 'join', room, create: false }, 'room-not-found'],
        [{ type: 'join', room, capacity: 1 }, 'bad-message'],
        [{ type: 'dance' }, 'unknown-type'],
      ] as const;
      for (const [message, code] of failing)
        assertEqual((await a.request(message, 'error')).code, code, `the answer to ${message.type}`);
      await a.settle();
    },
  },
  {
    name: 'answers: a refresh with the same public token is accepted, with another it is refused',
    needs: ['token'],
    async run(t) {
      const a = await t.connect();
      const refused = await a.request({ type: 'refresh', token: 'nobody-knows-this-token' }, 'error');
      assertEqual(refused.code, 'not-allowed', 'code');
      const refreshed = await a.request({ type: 'refresh', token: t.target.token }, 'refreshed');
      assertEqual(refreshed.expiresInMs, a.welcome.expiresInMs, 'expiresInMs');
    },
  },
];
