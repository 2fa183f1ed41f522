import { CLOSES, closeReason, ERROR_CODES, type CloseName, type ErrorCode } from '@parley/protocol';

import type { Library } from '../support/abused-node.ts';
import type { End } from '../support/stranger.ts';

/**
 * One hostile deed of somebody who has come in, and what must come of it.
 *
 * Where every text has one answer, each is sent when the one before has got its own; else all at once.
 * `MARK` stands where something is sent that must not come out anywhere it should not. In texts and in answers `<room>` is a room
 * in which the stranger and a witness are, `<self>` and `<witness>` are their peers.
 */
export interface FrameRow {
  readonly name: string;
  /** One after the other: a text goes as a text frame, bytes go as they are. */
  readonly send: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Every message that comes, in its order; errors word for word, of others the members that are named here. */
  readonly answers?: readonly object[];
  /** How the session ends. Where the libraries differ, a comment beside the row says why. */
  readonly end?: Fate | Readonly<Record<Library, Fate>>;
  /** What the witness receives, from `"from"` and `"fromInstance"` on, as it stands in the frame. */
  readonly relayed?: string;
  /**
   * What was sent is not whole. `message`: nothing but control frames can follow. `frame`: nothing can, and the stranger ends
   * its side of the connection (FIN).
   */
  readonly unfinished?: 'message' | 'frame';
}

/** What becomes of a session. */
export type Fate = End | 'lives';

/** Frame rows under the heading of what they have in common. */
export type FrameThemes = Readonly<Record<string, readonly FrameRow[]>>;

/** An error, word for word. */
export const error = (code: ErrorCode, about: object = {}): object => ({
  type: 'error',
  code,
  message: ERROR_CODES[code].meaning,
  ...about,
});

/** A frame that could not be read at all; it has no `id` that could. */
export const UNREADABLE = [{ type: 'error', code: 'bad-message', message: 'not a valid message' }] as const;

/** A message that is not valid, there. */
export const invalid = (at: string, about: object = {}): object => ({
  type: 'error',
  code: 'bad-message',
  message: at === '' ? 'not a valid message' : `not valid at: ${at}`,
  ...about,
});

export const unknownType = (about: object = {}): object => ({
  type: 'error',
  code: 'unknown-type',
  message: 'not valid at: type',
  ...about,
});

export const pong = (re?: string | number): object => ({ type: 'pong', ...(re !== undefined && { re }) });

/** A close of ours. */
export const closed = (name: CloseName): End => ({ close: CLOSES[name].code, reason: closeReason(name) });

/** Rows that differ in nothing but what is sent. */
export const all = (
  common: Omit<FrameRow, 'name' | 'send'>,
  sends: Readonly<Record<string, FrameRow['send']>>,
): FrameRow[] => Object.entries(sends).map(([name, send]) => ({ name, send, ...common }));
