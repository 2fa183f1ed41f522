import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode, encodeSignal } from './codec.ts';
import type { InstanceId, PeerId, RoomId } from './ids.ts';
import { isPlainSignal } from './incoming/plain-signal.ts';
import { signal } from './incoming/signal.ts';
import type { JsonObject } from './json.ts';
import { outgoing } from './outgoing/index.ts';

const id = fc.stringMatching(/^[!#-&(-[\]-z|~]{1,128}$/);
const line = fc.stringMatching(/^[a-z]=[^\x00-\x1f\x7f"\\]{0,20}$/);
const sdp = fc
  .tuple(fc.constantFrom('\r\n', '\n'), fc.array(line))
  .map(([end, lines]) => ['v=0', ...lines, ''].join(end));
const description = fc.record({ type: fc.constantFrom('offer', 'answer', 'pranswer'), sdp });
const candidateText = fc.constantFrom(
  '',
  'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host',
  'a=candidate:2 1 UDP 5 2001:db8::1 9 typ srflx raddr 0.0.0.0 rport 0 generation 0',
);
const candidate = fc.record(
  {
    candidate: candidateText,
    sdpMid: fc.option(fc.constantFrom('0', 'audio', '')),
    sdpMLineIndex: fc.option(fc.nat(65535)),
    usernameFragment: fc.option(fc.constantFrom('4ZcD', '')),
  },
  { requiredKeys: ['candidate'] },
);

const address = fc.record(
  { id: fc.oneof(fc.string({ maxLength: 64 }), fc.maxSafeInteger()), room: id, to: id, toInstance: id },
  { requiredKeys: ['room', 'to'] },
);
const counters = fc.record({ seq: fc.maxSafeNat(), ack: fc.maxSafeNat() }, { requiredKeys: [] });
const payload = fc.oneof(
  fc.record({ description }),
  fc.record({ candidate: fc.option(candidate) }),
  fc.record({ custom: fc.jsonValue({ maxDepth: 5 }) }),
  fc.record({ ack: fc.maxSafeNat() }),
);
/** A signal that is right, with its members in any order. */
const goodSignal = fc
  .tuple(address, counters, payload)
  .map(([to, counted, carried]): [string, unknown][] =>
    Object.entries({ type: 'signal', ...to, ...counted, ...carried }),
  )
  .chain((members) => fc.shuffledSubarray(members, { minLength: members.length }))
  .map((members) => Object.fromEntries(members));

/** A signal that is right or nearly so: some members are replaced by anything, of the right kind or not. */
const anySignal = fc
  .tuple(
    goodSignal,
    fc.dictionary(
      fc.constantFrom(
        'type',
        'id',
        'room',
        'to',
        'toInstance',
        'description',
        'candidate',
        'custom',
        'seq',
        'ack',
        'x',
      ),
      fc.oneof(
        fc.constantFrom('signal', '', ' ', 'r', null, -1, 0.5, 2 ** 53, -0),
        fc.jsonValue({ maxDepth: 2 }),
        fc.record(
          { type: fc.constantFrom('offer', 'rollback'), sdp: fc.oneof(sdp, fc.string()), x: fc.string() },
          { requiredKeys: [] },
        ),
        fc.record(
          {
            candidate: fc.oneof(candidateText, fc.string()),
            sdpMid: fc.oneof(fc.string(), fc.constant('a\n'), fc.nat()),
            sdpMLineIndex: fc.oneof(fc.integer({ min: -1, max: 65537 }), fc.double()),
            usernameFragment: fc.oneof(fc.string(), fc.constant(null)),
            x: fc.string(),
          },
          { requiredKeys: [] },
        ),
      ),
      { maxKeys: 2 },
    ),
  )
  .map(([good, replaced]): JsonObject => JSON.parse(JSON.stringify({ ...good, ...replaced })) as JsonObject);

const relayed = ['description', 'candidate', 'custom', 'seq', 'ack'];

/** What the other peer should get of it, if it is right. */
function carriedBy(message: JsonObject): object {
  return Object.fromEntries(Object.entries(signal.parse(message)).filter(([name]) => relayed.includes(name)));
}

describe('for every text', () => {
  it('decode answers, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        (text) => typeof decode(text).ok === 'boolean',
      ),
    );
  });

  it('decode survives messages torn apart at any place', () => {
    fc.assert(
      fc.property(goodSignal, fc.nat(), fc.nat(), fc.string(), (message, from, length, instead) => {
        const text = JSON.stringify(message);
        const start = from % text.length;
        decode(text.slice(0, start) + instead + text.slice(start + (length % text.length)));
      }),
    );
  });

  it('what is refused is refused without a word of the sender', () => {
    fc.assert(
      fc.property(anySignal, (message) => {
        const decoded = decode(JSON.stringify(message));
        expect(decoded.ok ? '' : decoded.path).toMatch(/^[a-zA-Z.]*\*?$/);
      }),
    );
  });
});

describe('for every signal', () => {
  it('that is right, decode accepts it, in whatever order and spacing', () => {
    fc.assert(
      fc.property(goodSignal, fc.nat(4), (message, space) => {
        expect(decode(JSON.stringify(message, null, space))).toMatchObject({ ok: true });
      }),
    );
  });

  it('that is accepted, the payload parses back to what was validated', () => {
    fc.assert(
      fc.property(anySignal, fc.nat(2), (message, space) => {
        const decoded = decode(JSON.stringify(message, null, space));
        if (!decoded.ok || decoded.message.type !== 'signal') return;

        expect(JSON.parse(`{${decoded.payload}}`)).toEqual(carriedBy(message));
      }),
    );
  });

  it('that is accepted, what the other peer gets is a signal of the node with the same payload', () => {
    fc.assert(
      fc.property(goodSignal, id, id, (message, from, instance) => {
        const decoded = decode(JSON.stringify(message));
        if (!decoded.ok || decoded.message.type !== 'signal') throw new Error('a good signal was refused');

        const { room } = decoded.message;
        const text = encodeSignal(room, from as PeerId, instance as InstanceId, decoded.payload);
        expect(outgoing.parse(JSON.parse(text))).toEqual({
          type: 'signal',
          room: room satisfies RoomId,
          from,
          fromInstance: instance,
          ...carriedBy(message),
        });
      }),
    );
  });

  it('the short way past the schema accepts only what the schema accepts, unchanged', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(goodSignal, anySignal), (message) => {
        if (!isPlainSignal(message)) return;
        taken++;
        expect(signal.parse(message)).toEqual(message);
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('that is right, the short way takes it', () => {
    fc.assert(fc.property(goodSignal, (message) => isPlainSignal(message)));
  });

  it('the depth is bounded before anything is parsed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (depth) => {
        const custom = `${'['.repeat(depth)}${']'.repeat(depth)}`;
        expect(decode(`{"type":"signal","room":"r","to":"p","custom":${custom}}`).ok).toBe(depth < 32);
      }),
    );
  });
});
