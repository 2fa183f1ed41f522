/**
 * From text to message and back. `decode` runs for every frame of every stranger: it never throws, whatever the
 * text. A signal as browsers write it is not even parsed, see `canonical-signal.ts`; any other message costs one scan,
 * one JSON.parse and one look at its members. What a signal carries is not stringified again: `payload` is cut from the
 * text it came in.
 */
import type * as z from 'zod';

import type { MessageId } from './fields.ts';
import { messageId } from './fields.ts';
import type { InstanceId, PeerId, RoomId } from './ids.ts';
import { CANONICAL_DEPTH, readCanonicalSignal } from './incoming/canonical-signal.ts';
import { INCOMING } from './incoming/index.ts';
import type { Incoming, Received } from './incoming/index.ts';
import { isPlainSignal } from './incoming/plain-signal.ts';
import { addressOf } from './incoming/signal.ts';
import type { Signal } from './incoming/signal.ts';
import type { JsonObject } from './json.ts';
import type { Outgoing } from './outgoing/index.ts';
import { payloadOf } from './payload.ts';
import type { Frame } from './payload.ts';
import { scan } from './scan.ts';

/** Bounds of {@link decode}. The size of a frame is checked by whoever receives it, before. */
export interface DecodeLimits {
  /** How deep a message may nest, its own braces counted. */
  readonly maxDepth: number;
}

/** What became of a text. */
export type Decoded =
  | {
      readonly ok: true;
      /** Of a `signal` the address alone: what it carries is in `payload`, and here nobody looks into it. */
      readonly message: Received;
      /** Of a `signal`: the members that are relayed, as JSON text without braces. Otherwise empty. */
      readonly payload: string;
    }
  | {
      readonly ok: false;
      readonly code: 'bad-message' | 'unknown-type';
      /**
       * Where it is wrong: names of our own members joined by dots, `*` for a member we do not know, empty for the
       * whole message. Never anything that the client wrote.
       */
      readonly path: string;
      /** The `id` of the message, if it had a valid one, so that the error can carry `re`. */
      readonly id?: MessageId;
    };

export const DEFAULT_DECODE_LIMITS: DecodeLimits = { maxDepth: 32 };

const SCHEMAS: ReadonlyMap<unknown, z.ZodType<Incoming>> = new Map(Object.entries(INCOMING));

/** Reads one frame of a client. Never throws, and takes time linear in the length of the text. */
export function decode(text: string, limits: DecodeLimits = DEFAULT_DECODE_LIMITS): Decoded {
  const signal = limits.maxDepth < CANONICAL_DEPTH ? undefined : readCanonicalSignal(text);
  return signal ? { ok: true, message: signal.address, payload: signal.payload } : decodeAny(text, limits);
}

/** What {@link decode} answers, found the way that reads everything. Exported for the tests that compare the two. */
export function decodeAny(text: string, limits: DecodeLimits = DEFAULT_DECODE_LIMITS): Decoded {
  const members = scan(text, limits.maxDepth);
  if (members === undefined) return bad('');
  const value = parse(text);
  if (!isObject(value)) return bad('');
  // JSON.parse lets the last of several members of one name win; other parsers need not. So there may be one only.
  if (members.length !== Object.keys(value).length) return bad('', value);

  if (isPlainSignal(value)) return withPayload(value, { text, members, value });
  const schema = SCHEMAS.get(value['type']);
  if (schema === undefined) return unknownType(value);
  const result = schema.safeParse(value);
  if (!result.success) return bad(pathOf(result.error), value);
  const message = result.data;
  if (message.type === 'signal') return withPayload(message, { text, members, value });
  return { ok: true, message, payload: '' };
}

/** The text of a message of this node. */
export function encode(message: Outgoing): string {
  // The receipt, of which there is one for each signal, is spelled out: JSON.stringify takes 0.15 µs.
  if (message.type === 'delivered' && Number.isSafeInteger(message.re))
    return `{"type":"delivered","re":${message.re}}`;
  return JSON.stringify(message);
}

/**
 * The text of a relayed signal, built once for the receiving socket, wherever that is. The names need no escaping:
 * they are ids, see `isId`. `payload` comes from {@link decode}.
 */
export function encodeSignal(room: RoomId, from: PeerId, fromInstance: InstanceId, payload: string): string {
  return `{"type":"signal","room":"${room}","from":"${from}","fromInstance":"${fromInstance}",${payload}}`;
}

function withPayload(message: Signal, frame: Frame): Decoded {
  const payload = payloadOf(message, frame);
  return payload === undefined ? bad('', frame.value) : { ok: true, message: addressOf(message), payload };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value, or `undefined`, which no JSON text means. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Malformed text is the sender's mistake and an expected outcome; the caller answers `bad-message`.
    return undefined;
  }
}

function unknownType(value: JsonObject): Decoded {
  return typeof value['type'] === 'string' ? refused('unknown-type', 'type', value) : bad('type', value);
}

function bad(path: string, value: JsonObject = {}): Decoded {
  return refused('bad-message', path, value);
}

function refused(code: 'bad-message' | 'unknown-type', path: string, value: JsonObject): Decoded {
  const id = messageId.safeParse(value['id']);
  return id.success ? { ok: false, code, path, id: id.data } : { ok: false, code, path };
}

/** The path of the first mistake. A member unknown to us is named by the client, so its name is not repeated. */
function pathOf(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return '';
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, '*'] : issue.path;
  return path.join('.');
}
