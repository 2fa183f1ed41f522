import { TOKEN, type Library } from '../support/abused-node.ts';
import { handshake, HANDSHAKE } from '../support/stranger.ts';

/**
 * One hostile request of somebody who has not come in, and what must come of it.
 *
 * `MARK` stands where something is sent that must not come out anywhere it should not.
 */
export interface RequestRow {
  readonly name: string;
  /** Written as they are, each when the one before has left. */
  readonly send: string | Uint8Array | readonly (string | Uint8Array)[];
  /** In pieces of so many bytes, which arrive one by one. */
  readonly inPiecesOf?: number;
  /** What the stranger does then: nothing, say that it sends no more (FIN), go without a word (RST). */
  readonly leaving?: 'finish' | 'reset';
  /** What comes; of several outcomes any is right. Where the libraries differ, a comment says why. */
  readonly outcome: Outcomes | Readonly<Record<Library, Outcomes>>;
}

export type Outcomes = Outcome | readonly Outcome[];

/**
 * What comes, in its order. `401 credential-missing`: an answer, its status and the `code` in its body. `welcome`: 101, and then
 * that message. `close 4107 token-unknown`: 101, and then that. `end`: the connection is over; without it, it lives and takes a
 * further request.
 */
export type Outcome = readonly string[];

/** Request rows under the heading of what they have in common. */
export type RequestThemes = Readonly<Record<string, readonly RequestRow[]>>;

export const AUTHORIZED = `Authorization: Bearer ${TOKEN}`;
export const WELCOME = ['welcome'];
export const CUT = ['end'];
export const refused = (answer: string) => [answer, 'end'];
/** No handshake: an answer over plain HTTP, whose connection goes on. */
export const NO_HANDSHAKE = { uws: ['426 upgrade-required'], ws: ['426 upgrade-required', 'end'] } as const;
export const MISSING = refused('401 credential-missing');
export const MALFORMED = refused('401 credential-malformed');
export const UNKNOWN = ['close 4107 token-unknown'];
export const NOT_FOUND = ['404 not-found'];
/** What is no HTTP. uWebSockets.js 20.30 waits for more of it, and gives up when nothing comes; Node says so at once. */
export const NO_HTTP = { uws: CUT, ws: ['400', 'end'] } as const;
/** What follows a handshake in the same packet is never read. */
export const UNREAD = { uws: [WELCOME, CUT], ws: CUT } as const;

export const all = (
  outcome: RequestRow['outcome'],
  sends: Readonly<Record<string, RequestRow['send']>>,
): RequestRow[] => Object.entries(sends).map(([name, send]) => ({ name, send, outcome }));

/** The same, and then the stranger ends its side: who waits for more would wait for its slow-request limit. */
export const malformed = (sends: Readonly<Record<string, RequestRow['send']>>): RequestRow[] =>
  all(NO_HTTP, sends).map((row) => ({ ...row, leaving: 'finish' }));

/** A handshake with these headers more. */
export const asking = (...headers: string[]) => handshake({ headers });
export const authorized = (...headers: string[]) => asking(AUTHORIZED, ...headers);
/** A handshake with one of its own headers replaced by these, or left out. */
export const replacing = (name: string, ...by: string[]) =>
  [
    'GET /v1/connect HTTP/1.1',
    ...HANDSHAKE.filter((line) => !line.startsWith(`${name}:`)),
    ...by,
    AUTHORIZED,
    '',
    '',
  ].join('\r\n');
export const at = (path: string) => handshake({ path, headers: [AUTHORIZED] });
export const request = (line: string, ...headers: string[]) =>
  [line, 'Host: parley.test', ...headers, '', ''].join('\r\n');

export const bytes = (...values: number[]) => Buffer.from(values);
