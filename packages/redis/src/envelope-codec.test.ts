import { roomKey, type Envelope, type ReceiptEnvelope, type SignalEnvelope } from '@parley/core';
import type { NodeId, PeerId, Realm, RoomId, SessionId } from '@parley/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeFrame, FrameEncoder } from './envelope-codec.ts';

const NODE = 'node-1' as NodeId;
const MIB = 1_024 * 1_024;

const id = fc.stringMatching(/^[!#-&(-[\]-z|~]{1,128}$/);
const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const signal = fc.record({
  kind: fc.constant('signal'),
  n: number,
  sentAtMs: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((ms) => !Object.is(ms, -0)),
  room: fc.tuple(fc.stringMatching(/^[a-z0-9-]{1,32}$/), id).map(([realm, room]) => `${realm}/${room}`),
  from: id,
  fromSession: id,
  to: id,
  toSession: id,
  text: fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 3_000 }),
  ),
}) as fc.Arbitrary<SignalEnvelope>;

const receipt = fc.record({
  kind: fc.constant('receipt'),
  after: number,
  upTo: number,
  refused: fc.array(
    fc.tuple(number, number, fc.constantFrom('gone', 'missed', 'stale', 'dropped', 'not-in-room')),
  ),
  open: fc.array(number),
  settled: fc.array(number),
}) as fc.Arbitrary<ReceiptEnvelope>;

const probe = fc.record({ kind: fc.constant('probe' as const), token: fc.string() });

const envelope: fc.Arbitrary<Envelope> = fc.oneof(signal, receipt, probe);

describe('frames', () => {
  it('bring every envelope as it was, in order, whatever the limit splits them into', () => {
    fc.assert(
      fc.property(
        fc.array(envelope, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 5_000 }),
        (sent, maxBytes) => {
          const frames = new FrameEncoder(NODE, maxBytes).encode(sent);
          const decoded = frames.map(({ bytes }) => decodeFrame(bytes));

          expect(decoded.map((frame) => frame?.number)).toEqual(frames.map((_, index) => index + 1));
          expect(decoded.every((frame) => frame?.from === NODE && frame.skipped === 0)).toBe(true);
          expect(decoded.flatMap((frame) => frame?.envelopes ?? []).map(bytesOf)).toEqual(sent.map(bytesOf));
          expect(frames.flatMap((frame) => frame.envelopes)).toEqual(sent);
        },
      ),
    );
  });

  it('pass the limit only when a single envelope does', () => {
    const sent = Array.from({ length: 50 }, (_, n): Envelope => ({
      kind: 'probe',
      token: 'x'.repeat(n * 20),
    }));
    const frames = new FrameEncoder(NODE, 600).encode(sent);

    expect(frames.length).toBeGreaterThan(5);
    for (const { bytes, envelopes } of frames)
      expect(bytes.length <= 600 || envelopes.length === 1).toBe(true);
  });

  it('are numbered on and on', () => {
    const encoder = new FrameEncoder(NODE, MIB);
    const numbers = [1, 2, 3]
      .flatMap(() => encoder.encode([probeOf('x')]))
      .map(({ bytes }) => decodeFrame(bytes)?.number);

    expect(numbers).toEqual([1, 2, 3]);
  });

  it('leave the bytes of an earlier frame alone when a later one is made', () => {
    const encoder = new FrameEncoder(NODE, MIB);
    const [first] = encoder.encode([probeOf('first')]);
    encoder.encode([probeOf('later')]);

    expect(first && decodeFrame(first.bytes)?.envelopes).toEqual([probeOf('first')]);
  });

  it('give payloads as views of the bytes that came, not as copies', () => {
    const bytes = onlyFrame([signalOf('{"type":"signal"}')]);
    const [received] = decodeFrame(bytes)?.envelopes ?? [];
    if (received?.kind !== 'signal' || typeof received.text === 'string') throw new Error('expected bytes');

    expect(received.text.buffer).toBe(bytes.buffer);
    expect(new TextDecoder().decode(received.text)).toBe('{"type":"signal"}');
  });

  it('of another version are not read', () => {
    const bytes = onlyFrame([probeOf('x')]);
    bytes.writeUInt8(2, 0);

    expect(decodeFrame(bytes)).toBeUndefined();
  });

  it('skip and count what is of an unknown kind, and bring the rest', () => {
    const unknownJson = { kind: 'song', verse: 1 } as unknown as Envelope;
    const bytes = onlyFrame([probeOf('a'), probeOf('b'), unknownJson, probeOf('c')]);
    const secondRecord = bytes.indexOf('"token":"a"') + '"token":"a"}'.length;
    bytes.writeUInt8(99, secondRecord + 4);

    expect(decodeFrame(bytes)).toMatchObject({ skipped: 2, envelopes: [probeOf('a'), probeOf('c')] });
  });

  it('that break off never throw, and bring what is whole', () => {
    const sent = [signalOf('first'), { ...receiptOf(7), open: [5, 6] }, probeOf('last')];
    const bytes = onlyFrame(sent);

    for (let length = 0; length < bytes.length; length += 1) {
      const frame = decodeFrame(bytes.subarray(0, length));
      const whole = sent.slice(0, frame?.envelopes.length ?? 0);
      expect(frame?.envelopes.map(bytesOf) ?? []).toEqual(whole.map(bytesOf));
    }
  });

  it('of random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => void decodeFrame(Buffer.from(noise))),
    );
    fc.assert(
      fc.property(fc.array(envelope, { minLength: 1 }), fc.nat(), fc.nat({ max: 255 }), (sent, at, byte) => {
        const bytes = onlyFrame(sent);
        bytes.writeUInt8(byte, at % bytes.length);
        decodeFrame(bytes);
      }),
    );
  });
});

const probeOf = (token: string): Envelope => ({ kind: 'probe', token });

const receiptOf = (upTo: number): ReceiptEnvelope => ({
  kind: 'receipt',
  after: 0,
  upTo,
  refused: [],
  open: [],
  settled: [],
});

const signalOf = (text: string): SignalEnvelope => ({
  kind: 'signal',
  n: 1,
  sentAtMs: 2,
  room: roomKey('main' as Realm, 'r' as RoomId),
  from: 'a' as PeerId,
  fromSession: 's' as SessionId,
  to: 'b' as PeerId,
  toSession: 't' as SessionId,
  text,
});

function onlyFrame(envelopes: readonly Envelope[]): Buffer {
  const [frame] = new FrameEncoder(NODE, MIB * 64).encode(envelopes);
  if (!frame) throw new Error('no frame');
  return frame.bytes;
}

/** A text arrives as its bytes. */
function bytesOf(sent: Envelope): unknown {
  return sent.kind === 'signal'
    ? { ...sent, text: Buffer.from(sent.text as string).toString('base64') }
    : sent;
}
