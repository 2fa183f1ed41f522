import { CLOSES } from '@parley/protocol/plain';
import { assert, assertClosed, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';

/** More bad messages than any node should bear. */
const TOO_MANY = 1_000;

/** How a node ends sessions of clients that break the rules of the socket itself. */
export const ending: readonly Case[] = [
  {
    name: 'close: a binary frame ends the session with unsupported-data',
    async run(t) {
      const { room, a, b } = await t.pair();
      b.send(new TextEncoder().encode('{"type":"ping"}'));
      await assertClosed(b, 'unsupported-data');
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'lost' }, 'peer-left');
      assertEqual(b.unasked('pong'), [], 'answers');
    },
  },
  {
    name: 'close: a frame of maxMessageBytes passes, one byte more ends the session with too-big',
    async run(t) {
      const { room, a, b } = await t.pair();
      a.send(signalOfSize(sizeLimit(a), room, b));
      await b.next('signal');
      a.send(signalOfSize(sizeLimit(a) + 1, room, b));
      assertEqual((await a.closed).code, CLOSES['too-big'].code, 'close');
      await b.next('peer-away');
      assertEqual(b.unasked('signal'), [], 'what arrived');
    },
  },
  {
    name: 'close: the size of a frame is counted in bytes, not in characters',
    async run(t) {
      const a = await t.connect();
      const frame = JSON.stringify({ type: 'ping', id: 'ß'.repeat(sizeLimit(a) / 2) });
      assert(frame.length < sizeLimit(a), 'it has fewer characters than bytes are allowed');
      a.send(frame);
      assertEqual((await a.closed).code, CLOSES['too-big'].code, 'close');
    },
  },
  {
    name: 'close: bad messages again and again end the session with protocol-violation',
    async run(t) {
      const a = await t.connect();
      for (let count = 0; count < TOO_MANY && a.socket.readyState === a.socket.OPEN; count += 1) {
        a.send('nonsense');
        const heard = await Promise.race([a.next('error'), a.closed]);
        if ('code' in heard && typeof heard.code === 'number') break;
      }
      await assertClosed(a, 'protocol-violation');
    },
  },
];

const sizeLimit = ({ welcome }: Client): number => welcome.limits['maxMessageBytes'] ?? 0;

/** A signal that takes exactly so many bytes. */
function signalOfSize(bytes: number, room: string, { peer: to }: Client): string {
  const bare = JSON.stringify({ type: 'signal', room, to, custom: '' });
  return JSON.stringify({ type: 'signal', room, to, custom: 'x'.repeat(bytes - bare.length) });
}
