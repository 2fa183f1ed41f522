/** What two ends say about files: notes, which are JSON texts, and chunks, which are bytes after the number of their file. */

/** A note; nothing in it has been believed. Each end numbers the files that it offers, so a number alone means two of them. */
export type Note =
  /** By whoever has the file. */
  | {
      readonly type: 'offer';
      readonly id: number;
      readonly bytes: number;
      readonly name: string;
      readonly media: string;
    }
  | { readonly type: 'end'; readonly id: number; readonly sha256: string }
  | { readonly type: 'withdraw'; readonly id: number; readonly code: WithdrawCode }
  /** By whoever is to get it. */
  | { readonly type: 'accept'; readonly id: number }
  | { readonly type: 'received'; readonly id: number }
  | { readonly type: 'refuse'; readonly id: number; readonly code: RefuseCode };

const WITHDRAW_CODES = ['withdrawn', 'unreadable'] as const;
const REFUSE_CODES = ['rejected', 'too-big', 'too-many', 'bad-transfer', 'hash-mismatch'] as const;

/** Why a sender ends it. */
export type WithdrawCode = (typeof WITHDRAW_CODES)[number];
/** Why a receiver ends it. */
export type RefuseCode = (typeof REFUSE_CODES)[number];

/** A message that every browser takes, also from another one (RFC 8831, section 6.6). */
const MESSAGE_BYTES = 16 * 1024;
const HEADER_BYTES = 4;
/** How much of a file fits into one message. */
export const CHUNK_BYTES = MESSAGE_BYTES - HEADER_BYTES;

const MAX_ID = 2 ** 32 - 1;
const MAX_NOTE_CHARS = 4_096;
const MAX_NAME_CHARS = 255;

/** @returns `undefined` for what is no note; a later version may say more */
export function readNote(text: string): Note | undefined {
  if (text.length > MAX_NOTE_CHARS) return undefined;
  const { type, id, bytes, name, media, sha256, code } = parse(text);
  if (!isWhole(id, 1, MAX_ID)) return undefined;
  switch (type) {
    case 'offer':
      if (!isWhole(bytes, 0, Number.MAX_SAFE_INTEGER)) return undefined;
      return { type, id, bytes, name: fileName(name), media: mediaType(media) };
    case 'end':
      return { type, id, sha256: typeof sha256 === 'string' ? sha256 : '' };
    case 'accept':
    case 'received':
      return { type, id };
    case 'withdraw':
      return { type, id, code: oneOf(WITHDRAW_CODES, code) };
    case 'refuse':
      return { type, id, code: oneOf(REFUSE_CODES, code) };
    default:
      return undefined;
  }
}

export function chunk(id: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(HEADER_BYTES + bytes.byteLength);
  new DataView(message.buffer).setUint32(0, id);
  message.set(bytes, HEADER_BYTES);
  return message;
}

/** @returns `undefined` for what is too short to be one */
export function readChunk(message: ArrayBuffer): { id: number; bytes: Uint8Array } | undefined {
  if (message.byteLength <= HEADER_BYTES) return undefined;
  return { id: new DataView(message).getUint32(0), bytes: new Uint8Array(message, HEADER_BYTES) };
}

/**
 * A name under which a file can be shown and saved: without paths, control characters, and those that turn the direction of
 * writing, by which `exe.jpg` can be read in a name that ends in `gpj.exe`.
 */
export function fileName(name: unknown): string {
  const short = typeof name === 'string' ? name.slice(0, MAX_NAME_CHARS) : '';
  const clean = short.replace(/[/\\:\p{Cc}\p{Bidi_Control}\p{Cs}]/gu, '_');
  return /[^\s.]/.test(clean) ? clean : 'file';
}

/** A media type without parameters, or ''. */
export function mediaType(media: unknown): string {
  return typeof media === 'string' && /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(media) ? media : '';
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** The first stands for those we do not know. */
function oneOf<Code extends string>(codes: readonly [Code, ...Code[]], code: unknown): Code {
  return codes.find((known) => known === code) ?? codes[0];
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Not said by this program: like any other note that means nothing.
    return {};
  }
}
