import type { Received } from '@parley/protocol';
import type { Bans } from '../bans.ts';
import type { Matchmaker } from '../matchmaker.ts';
import type { Membership } from '../membership.ts';
import type { NodeOptions } from '../options.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { IceServers } from '../ports/ice.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { TokenVerifier } from '../ports/verifier.ts';
import type { Rooms } from '../rooms.ts';
import type { Router } from '../router.ts';
import type { Session } from '../session.ts';
import type { Throttle } from '../throttle.ts';

/** The parts of the node that handlers work with. */
export interface HandlerParts {
  readonly options: NodeOptions;
  readonly rooms: Rooms;
  readonly router: Router;
  readonly matchmaker: Matchmaker;
  readonly membership: Membership;
  readonly throttle: Throttle;
  readonly bans: Bans;
  readonly verifier: TokenVerifier;
  readonly ice: IceServers;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  /** The session's token is good for so long from now; absent: for ever. */
  expiresIn(session: Session, expiresInMs: number | undefined): void;
}

export interface Context {
  readonly session: Session;
  readonly node: HandlerParts;
  /** Of a signal: what is relayed, as JSON text. */
  readonly payload: string;
}

export type MessageOf<Type extends Received['type']> = Extract<Received, { type: Type }>;

/**
 * Handles one message of one type and answers it. What it rejects with is answered for it: `Unavailable` by the error
 * `cluster-unavailable`, anything else ends the session with `internal`.
 */
export type Handler<Type extends Received['type']> = (
  context: Context,
  message: MessageOf<Type>,
) => void | Promise<void>;

/** The member `re` of an answer: there if the message had an `id`. */
export const re = ({ id }: { id?: Received['id'] }) => (id === undefined ? {} : { re: id });

/** What others are told of a peer, as JSON text: what its token says, else what it says. */
export const metaOf = (session: Session, meta: unknown) =>
  session.identity.meta ?? (meta === undefined ? undefined : JSON.stringify(meta));
