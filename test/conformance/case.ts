import type { Harness } from './harness.ts';

/**
 * One promise of the protocol, as a plain function: no test runner, nothing of Node, so that it runs in a page too.
 *
 * It throws for a server that does not keep the promise.
 */
export interface Case {
  /** Topic, colon, sentence; unique. */
  readonly name: string;
  /** What it cannot be run without. */
  readonly needs?: readonly Need[];
  readonly run: (t: Harness) => Promise<void>;
}

/** What not every target has: see the members of {@link Target} of the same names. */
export type Need = 'token' | 'mint' | 'foreignOrigin' | 'http';

/** The server under test, and by what means. */
export interface Target {
  /** Where it is, without a path: `ws://` or `wss://`. */
  readonly url: string;
  /** The standard interface: the browser's own, or that of a library. */
  readonly WebSocket: typeof WebSocket;
  /** The credential of everybody who shows no other; it must allow all rooms, queues and codes. Absent: none is wanted. */
  readonly token?: string;
  /** Signs a token that the server accepts, unless `wishes` make it one that it must not. */
  readonly mint?: (claims: object, wishes?: MintWishes) => Promise<string>;
  /** An origin whose pages the server does not let in. */
  readonly foreignOrigin?: string;
  /** Sends one request as it is written, which no page may; an upgrade that succeeds is answered by 101 and dropped. */
  readonly http?: (request: HttpRequest) => Promise<HttpResponse>;
  /** Looks at every message the server sends: what is wrong with it, if anything is. */
  readonly validate?: (message: unknown) => string | undefined;
}

/** What is to be special about a token. */
export interface MintWishes {
  /** Until `exp`, from now; may be negative. Servers grant 30 s more. */
  readonly lifeMs?: number;
  readonly issuer?: string;
  readonly audience?: string;
  /** Signed with a key that the server does not know. */
  readonly forged?: boolean;
}

export interface HttpRequest {
  readonly method?: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Whether a case can be run against a target. */
export const isRunnable = ({ needs = [] }: Case, target: Target): boolean =>
  needs.every((need) => target[need] !== undefined);
