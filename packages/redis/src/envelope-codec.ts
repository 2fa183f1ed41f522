import type { Envelope, ReceiptEnvelope, Refusal, SignalEnvelope } from '@parley/core';
import type { NodeId } from '@parley/protocol';

import { ByteReader, ByteWriter } from './bytes.ts';

/**
 * What one PUBLISH carries, all numbers big-endian:
 *
 *     u8 version | f64 number of the frame | u8-long id of the source | records
 *     record:  u32 length of the rest | u8 kind | body
 *
 * `signal` has a body of its own, because the payload must pass through unread and uncopied, and `receipt`, because there
 * is one for nearly every frame; every other kind is JSON. A frame is numbered so that one which comes late (from a
 * connection that was given up while Redis was frozen, say) can be told and dropped.
 */
const VERSION = 1;

const kindOf = { json: 0, signal: 1, receipt: 2 } as const;

const refusals = Object.keys({
  gone: true,
  missed: true,
  stale: true,
  dropped: true,
  'not-in-room': true,
} satisfies Record<Refusal, true>) as Refusal[];

/** Kinds that travel as JSON; what else a later version may send is skipped. */
const jsonKinds: ReadonlySet<string> = new Set<Exclude<Envelope['kind'], 'signal' | 'receipt'>>([
  'room',
  'match',
  'replaced',
  'kick',
  'probe',
]);

/** A frame, and what is in it, so that its loss can be told. */
export interface Frame {
  readonly bytes: Buffer;
  readonly envelopes: readonly Envelope[];
}

export interface DecodedFrame {
  readonly from: NodeId;
  readonly number: number;
  readonly envelopes: readonly Envelope[];
  /** Records of a kind that is unknown here, or broken ones. */
  readonly skipped: number;
}

/** Makes the frames of one node: a new one whenever `maxFrameBytes` would be passed, so a single large record may. */
export class FrameEncoder {
  readonly #from: NodeId;
  readonly #maxFrameBytes: number;
  /** Used again for every frame; what leaves is a copy. */
  readonly #scratch = new ByteWriter();
  #number = 0;

  constructor(from: NodeId, maxFrameBytes: number) {
    this.#from = from;
    this.#maxFrameBytes = maxFrameBytes;
  }

  encode(envelopes: readonly Envelope[]): Frame[] {
    const frames: Frame[] = [];
    let first = 0;
    this.#begin();
    envelopes.forEach((envelope, index) => {
      const end = this.#scratch.length;
      writeRecord(this.#scratch, envelope);
      if (this.#scratch.length <= this.#maxFrameBytes || index === first) return;
      frames.push({ bytes: this.#scratch.copy(end), envelopes: envelopes.slice(first, index) });
      first = index;
      this.#begin();
      writeRecord(this.#scratch, envelope);
    });
    frames.push({ bytes: this.#scratch.copy(), envelopes: envelopes.slice(first) });
    return frames;
  }

  #begin(): void {
    this.#number += 1;
    this.#scratch.clear();
    this.#scratch.u8(VERSION);
    this.#scratch.f64(this.#number);
    this.#scratch.name(this.#from);
  }
}

/**
 * Reads a frame. Payloads of signals are views of `bytes`, not copies.
 *
 * @returns `undefined` for a frame of another version, or one that breaks off before its source is known. Never throws
 */
export function decodeFrame(bytes: Buffer): DecodedFrame | undefined {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== VERSION) return undefined;
  const number = reader.f64();
  const from = reader.name() as NodeId;
  if (reader.broken) return undefined;

  const envelopes: Envelope[] = [];
  let skipped = 0;
  while (!reader.done) {
    const envelope = readRecord(reader.part(reader.u32()));
    if (envelope) envelopes.push(envelope);
    else skipped += 1;
  }
  return { from, number, envelopes, skipped };
}

function writeRecord(writer: ByteWriter, envelope: Envelope): void {
  const start = writer.length;
  writer.u32(0);
  switch (envelope.kind) {
    case 'signal':
      writer.u8(kindOf.signal);
      writeSignal(writer, envelope);
      break;
    case 'receipt':
      writer.u8(kindOf.receipt);
      writeReceipt(writer, envelope);
      break;
    default:
      writer.u8(kindOf.json);
      writer.rest(JSON.stringify(envelope));
  }
  writer.u32At(start, writer.length - start - 4);
}

function readRecord(reader: ByteReader): Envelope | undefined {
  const kind = reader.u8();
  const envelope =
    kind === kindOf.signal ? readSignal(reader) : kind === kindOf.receipt ? readReceipt(reader) : undefined;
  if (envelope) return reader.broken ? undefined : envelope;
  return kind === kindOf.json ? readJson(reader) : undefined;
}

function writeSignal(writer: ByteWriter, signal: SignalEnvelope): void {
  writer.f64(signal.n);
  writer.f64(signal.sentAtMs);
  writer.name(signal.room);
  writer.name(signal.from);
  writer.name(signal.fromSession);
  writer.name(signal.to);
  writer.name(signal.toSession);
  writer.rest(signal.text);
}

function readSignal(reader: ByteReader): SignalEnvelope {
  return {
    kind: 'signal',
    n: reader.f64(),
    sentAtMs: reader.f64(),
    room: reader.name() as SignalEnvelope['room'],
    from: reader.name() as SignalEnvelope['from'],
    fromSession: reader.name() as SignalEnvelope['fromSession'],
    to: reader.name() as SignalEnvelope['to'],
    toSession: reader.name() as SignalEnvelope['toSession'],
    text: reader.rest(),
  };
}

function writeReceipt(writer: ByteWriter, { after, upTo, refused, open, settled }: ReceiptEnvelope): void {
  writer.f64(after);
  writer.f64(upTo);
  writer.u32(refused.length);
  for (const [first, last, why] of refused) {
    writer.f64(first);
    writer.f64(last);
    writer.u8(refusals.indexOf(why));
  }
  writer.numbers(open);
  writer.numbers(settled);
}

function readReceipt(reader: ByteReader): ReceiptEnvelope {
  const after = reader.f64();
  const upTo = reader.f64();
  const refused: (readonly [number, number, Refusal])[] = [];
  for (let left = reader.u32(); left > 0 && !reader.broken; left--) {
    // A reason of a later version: what all of them say is that it was not delivered.
    refused.push([reader.f64(), reader.f64(), refusals[reader.u8()] ?? 'gone']);
  }
  return { kind: 'receipt', after, upTo, refused, open: reader.numbers(), settled: reader.numbers() };
}

function readJson(reader: ByteReader): Envelope | undefined {
  try {
    const envelope: unknown = JSON.parse(reader.rest().toString());
    return isJsonEnvelope(envelope) ? envelope : undefined;
  } catch {
    return undefined; // counted by the caller as skipped
  }
}

/** Only the kind is looked at: whoever can publish to this Redis is trusted. */
function isJsonEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'kind' in value && jsonKinds.has(String(value.kind));
}
