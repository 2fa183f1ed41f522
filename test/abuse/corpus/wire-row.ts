import { NO_CHANGE } from '../support/frames.ts';
import { MARK } from '../support/mark.ts';

/** `limits.maxMessageBytes` unless configured. */
export const LIMIT_BYTES = 65_536;

export const PING = `{"type":"ping","id":"${MARK}"}`;
export const plain = { mask: NO_CHANGE } as const;

/**
 * A broken frame ends the session. `ws` says so in a close frame; uWebSockets.js cuts the connection without a word, which
 * a browser sees as 1006.
 */
export const broken = (code: number) => ({ uws: 'cut', ws: { close: code, reason: '' } }) as const;
export const PROTOCOL_ERROR = broken(1002);
/** A close frame without a code, which is also how uWebSockets.js answers one whose code it does not know. */
export const NO_CODE = { close: 1005, reason: '' } as const;
export const NOT_UTF8 = broken(1007);

export const bytes = (...values: number[]) => Buffer.from(values);
