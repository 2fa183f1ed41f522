import { NETWORK_ADDRESSES } from './caller.ts';
import { peerKey } from './keys.ts';
import type { Member } from './member.ts';
import { MemoryLimiter } from './memory/limiter.ts';
import type { Rates } from './options.ts';
import type { Clock } from './ports/clock.ts';
import { Unavailable } from './ports/directory.ts';
import type { Decision, Draw, Limiter, LimitName } from './ports/limiter.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Visitor } from './visitor.ts';

/** Something that is limited, and whose budget it is. */
export interface Attempt {
  readonly limit: LimitName;
  readonly subject: string;
  /** So many times what one has: the subject stands for many. */
  readonly times?: number;
}

export type Leave =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'rate-limited' | 'cluster-unavailable';
      readonly retryAfterMs: number;
    };

/** An attempt as that of an address and, of IPv6, of its network: see {@link NETWORK_ADDRESSES}. */
export const fromWhere = (
  limit: LimitName,
  { subject, network }: Pick<Visitor, 'subject' | 'network'>,
): Attempt[] => [
  { limit, subject },
  ...(network === undefined ? [] : [{ limit, subject: network, times: NETWORK_ADDRESSES }]),
];

/** The same of a peer, and of all peers of its address: whoever needs more peers makes them. */
export const ofPeer = (
  limit: LimitName,
  { realm, peer, visitor }: Pick<Member, 'realm' | 'peer'> & { visitor: Visitor },
): Attempt[] => [
  { limit, subject: peerKey(realm, peer) },
  { limit, subject: `@${visitor.subject}`, times: PEERS_OF_AN_ADDRESS },
];

const PEERS_OF_AN_ADDRESS = 20;

export interface ThrottleOptions {
  readonly limiter: Limiter;
  readonly rates: Rates;
  /** How many nodes there are to share a budget. */
  readonly nodes: () => number;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/**
 * Asks the budgets that the cluster shares, and decides alone when they cannot be asked.
 *
 * First a budget of this node's own is drawn from, as large as the shared one: who is over it here is over it everywhere, so
 * a flood of one address never reaches Redis. When Redis does not answer in time, the node gives what is its share: the
 * rate divided by the nodes. So an outage neither shuts the door nor opens it.
 */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #here: MemoryLimiter;
  readonly #share: MemoryLimiter;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#here = new MemoryLimiter(options);
    this.#share = new MemoryLimiter(options);
  }

  /** Budgets of this node that are not full. */
  get size(): number {
    return this.#here.sizeForTesting + this.#share.sizeForTesting;
  }

  /**
   * All of these together, or none. What nobody limits is free. Who is over this node's own budget hears so at once, and not by a
   * promise: a flood is to cost as little as can be.
   */
  ask(...attempts: readonly Attempt[]): Leave | Promise<Leave> {
    return this.#ask(attempts, async (draws) => {
      try {
        return await this.#options.limiter.draw(draws);
      } catch (error) {
        this.#unavailable(error);
        const nodes = Math.max(1, this.#options.nodes());
        return this.#share.draw(draws.map((draw) => shareOf(draw, nodes)));
      }
    });
  }

  /**
   * The same for what must not become free because something is broken, such as guessing codes: without the shared budgets
   * nobody passes. So their answer is waited for longer than elsewhere.
   */
  askStrictly(...attempts: readonly Attempt[]): Leave | Promise<Leave> {
    return this.#ask(attempts, async (draws) => {
      try {
        return await this.#options.limiter.draw(draws, STRICT_TIMEOUT_MS);
      } catch (error) {
        this.#unavailable(error);
        return undefined;
      }
    });
  }

  #ask(
    attempts: readonly Attempt[],
    together: (draws: readonly Draw[]) => Promise<Decision | undefined>,
  ): Leave | Promise<Leave> {
    const draws = attempts.flatMap((attempt) => this.#drawFor(attempt));
    if (draws.length === 0) return { ok: true };
    const here = this.#here.decide(draws);
    return here.ok ? together(draws).then((decision) => this.#leaveBy(decision)) : this.#leaveBy(here);
  }

  #leaveBy(decision: Decision | undefined): Leave {
    if (!decision) return { ok: false, code: 'cluster-unavailable', retryAfterMs: UNKNOWN_RETRY_MS };
    if (decision.ok) return decision;
    const { limit, retryAfterMs } = decision;
    this.#options.metrics.limited(limit);
    return { ok: false, code: 'rate-limited', retryAfterMs };
  }

  #drawFor({ limit, subject, times = 1 }: Attempt): Draw[] {
    const perMinute = this.#options.rates[limit] * times;
    return perMinute > 0 ? [{ limit, subject, perMinute, burst: perMinute }] : [];
  }

  #unavailable(error: unknown): void {
    if (!(error instanceof Unavailable)) throw error;
    this.#options.metrics.limiterUnavailable();
  }
}

/** A guest waits so long for leave to try a code, rather than hear that nobody knows. */
const STRICT_TIMEOUT_MS = 500;
const UNKNOWN_RETRY_MS = 1_000;

const shareOf = (draw: Draw, nodes: number): Draw => ({
  ...draw,
  burst: Math.max(1, Math.floor(draw.burst / nodes)),
  perMinute: draw.perMinute / nodes,
});
