import {
  CLOSES,
  type CloseName,
  type InstanceId,
  type OfferedSubprotocols,
  type PeerId,
  type Realm,
  readSubprotocols,
  type RefusalCode,
  type SessionId,
  SUBPROTOCOL,
} from '@parley/protocol';
import { banRefsOf, type Bans } from './bans.ts';
import { type Caller, CallerReader } from './caller.ts';
import { type Comeback, comebackOf, credentialOf } from './credential.ts';
import { fenceOf } from './fence.ts';
import { DEAF } from './guarded.ts';
import type { Hub } from './hub.ts';
import { json, refusalAnswer } from './http-answer.ts';
import type { Membership } from './membership.ts';
import type { Narrator } from './narrator.ts';
import { Occupancy } from './occupancy.ts';
import type { NodeOptions } from './options.ts';
import { isOriginAllowed, namesItsHost } from './origin.ts';
import type { Penalties } from './penalties.ts';
import type { Random } from './ports/clock.ts';
import { hashOf } from './resume-secret.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Admission, HttpAnswer, HttpRequest, Socket, SocketListener } from './ports/socket.ts';
import type { Identity, TokenVerifier } from './ports/verifier.ts';
import type { Admitted } from './session.ts';
import { Stay } from './stay.ts';
import { type Attempt, fromWhere, type Throttle } from './throttle.ts';
import { type Visitor, visitorOf } from './visitor.ts';

/** What a request would get: a session, a close that says why, or a refusal before any socket exists. */
type Verdict =
  | { readonly ok: true; readonly admitted: Admitted }
  | { readonly ok: false; readonly close: CloseName; readonly visitor: Visitor }
  | {
      readonly ok: false;
      readonly refusal: RefusalCode;
      readonly retryAfterMs?: number;
      readonly visitor?: Visitor;
    };

/** What the door decides by. */
export interface DoorParts {
  readonly verifier: TokenVerifier;
  readonly throttle: Throttle;
  readonly penalties: Penalties;
  readonly bans: Bans;
  readonly hub: Hub;
  readonly membership: Membership;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly narrator: Narrator;
  readonly events: DoorEvents;
}

export interface DoorEvents {
  /** Somebody came in. */
  accept(admitted: Admitted, socket: Socket): SocketListener;
}

/**
 * Decides who comes in, before a socket exists.
 *
 * What a dumb stranger sends is refused by an HTTP status. A well-formed token that is not accepted gets its socket and then
 * a close that says why, because of a refused upgrade a browser sees nothing at all.
 */
export class Door {
  /** Who is inside. */
  readonly occupancy: Occupancy;
  readonly #options: NodeOptions;
  readonly #parts: DoorParts;
  readonly #callers: CallerReader;
  #closed = false;
  #withdrawn = false;
  #fenceUs = 0;

  constructor(options: NodeOptions, parts: DoorParts) {
    this.#options = options;
    this.#parts = parts;
    this.#callers = new CallerReader(options.door.trustedProxies);
    this.occupancy = new Occupancy(options.door);
  }

  /** The node stops: nobody comes in any more. */
  close(): void {
    this.#closed = true;
  }

  /** The node is about to stop, and says that it is not ready; whoever comes all the same is welcome. */
  withdraw(): void {
    this.#withdrawn = true;
  }

  get isWithdrawn(): boolean {
    return this.#withdrawn;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** An upgrade request: whether there will be a socket, and what becomes of it. Never rejects. */
  async connect(request: HttpRequest): Promise<Admission> {
    const offered = readSubprotocols(request.headers.get('sec-websocket-protocol'));
    let verdict: Verdict =
      offered.version === 'unsupported'
        ? refuse('unsupported-subprotocol')
        : await this.#verdict(request, offered);
    // Others came in while the token was looked at. Between this and the count nothing waits.
    verdict = this.#crowded(verdict) ?? verdict;
    this.#tell(verdict);
    if ('refusal' in verdict)
      return { ok: false, answer: refusalAnswer(verdict.refusal, verdict.retryAfterMs) };
    const stay = new Stay(this.occupancy, verdict.ok ? verdict.admitted.visitor : verdict.visitor);
    return {
      ok: true,
      ...(offered.version === SUBPROTOCOL && { subprotocol: SUBPROTOCOL }),
      open: (socket) => stay.heardBy(this.#open(verdict, socket)),
      abandoned: () => stay.end(),
    };
  }

  #open(verdict: Exclude<Verdict, { refusal: RefusalCode }>, socket: Socket): SocketListener {
    if (!verdict.ok) return sendAway(socket, verdict.close);
    if (this.#closed) return sendAway(socket, 'drained');
    // Banned since it was judged: when those inside were looked through, it was not one of them.
    if (this.#isBanned(verdict.admitted)) return sendAway(socket, 'banned');
    return this.#parts.events.accept(verdict.admitted, socket);
  }

  #tell(verdict: Verdict): void {
    const { metrics, narrator } = this.#parts;
    if (verdict.ok) return metrics.upgraded('accepted');
    const code = 'refusal' in verdict ? verdict.refusal : verdict.close;
    metrics.upgraded(code);
    if (verdict.visitor) narrator.refused(code, verdict.visitor);
  }

  /** What an upgrade from this origin with this credential would get (`GET /v1/check`). Never rejects. */
  async check(request: HttpRequest): Promise<HttpAnswer> {
    const judged = await this.#verdict(request, readSubprotocols(undefined));
    const verdict = this.#crowded(judged) ?? judged;
    if (verdict.ok) return json(200, { code: 'ok', message: 'A socket would be opened.' });
    if ('refusal' in verdict) return refusalAnswer(verdict.refusal, verdict.retryAfterMs);
    return json(401, { code: verdict.close, message: CLOSES[verdict.close].meaning });
  }

  /** A verifier with a bug costs this request, never the process. */
  #verdict(request: HttpRequest, offered: OfferedSubprotocols): Promise<Verdict> {
    return this.#judge(request, offered).catch((error: unknown) => {
      this.#parts.metrics.faulted();
      this.#parts.log.error(
        { event: 'upgrade-failed', error },
        'an upgrade could not be judged; it is refused',
      );
      return refuse('internal');
    });
  }

  async #judge(request: HttpRequest, offered: OfferedSubprotocols): Promise<Verdict> {
    const caller = this.#callers.read(request);
    const { token, mayStandThere } = credentialOf(request, offered, this.#options.door.allowQueryToken);
    const visitor = visitorOf(caller.address, request, token);
    this.#hint(caller);
    const refusal = this.#refusalOf(request, caller, visitor);
    if (refusal) return refusal;
    const leave = await this.#parts.throttle.ask(...attemptsOf(visitor));
    if (!leave.ok) return refuse(leave.code, visitor, leave.retryAfterMs);
    if (!mayStandThere) return refuse('credential-malformed', visitor);

    const verdict = await this.#parts.verifier.verify(token);
    if (verdict.ok) return this.#admit(verdict.identity, visitor, comebackOf(request, offered));
    if (verdict.kind === 'unavailable') return refuse('keys-unavailable', visitor, verdict.retryAfterMs);
    if (token === undefined) return refuse('credential-missing', visitor);
    const penaltyMs = await this.#parts.penalties.count(visitor.subject);
    if (penaltyMs > 0) return refuse('rate-limited', visitor, penaltyMs);
    if (verdict.kind === 'malformed') return refuse('credential-malformed', visitor);
    // Whoever it is, the token is not theirs: its sessions are not to be filled by it.
    return { ok: false, close: verdict.close, visitor: { ...visitor, isPersonal: false } };
  }

  /** What can be told before anybody is asked: the cheapest first. */
  #refusalOf(request: HttpRequest, caller: Caller, visitor: Visitor): Verdict | undefined {
    const { door } = this.#options;
    const { bans, membership, penalties } = this.#parts;
    if (this.#closed) return refuse('draining', visitor, RETRY_AFTER_MS);
    if (!namesItsHost(request)) return refuse('bad-request', visitor);
    if (bans.has({ kind: 'address', subject: visitor.subject })) return refuse('banned', visitor);
    if (door.requireSecure && !caller.secure) return refuse('insecure-transport', visitor);
    if (!isOriginAllowed(request, door)) return this.#refuseOrigin(visitor);
    if (!membership.up) return refuse('cluster-unavailable', visitor, RETRY_AFTER_MS);
    const full = this.occupancy.full(visitor);
    if (full) return refuse(full, visitor, RETRY_AFTER_MS);
    // A JWT cannot be guessed, so one that is good passes all the same: others may share the address.
    const penaltyMs = visitor.isPersonal ? 0 : penalties.leftMs(visitor.subject);
    return penaltyMs > 0 ? refuse('rate-limited', visitor, penaltyMs) : undefined;
  }

  #refuseOrigin(visitor: Visitor): Verdict {
    if (this.#options.door.allowedOrigins.length === 0)
      this.#parts.narrator.hint(
        'origin-refused',
        'a page of another host or port was refused, and there is no list of allowed origins',
      );
    return refuse('origin-not-allowed', visitor);
  }

  /** A balancer that nobody trusts makes one caller of all its clients. */
  #hint({ claims }: Caller): void {
    if (!claims) return;
    this.#parts.narrator.hint(
      'proxy-not-trusted',
      'somebody says for whom it speaks and is not trusted to; if it is a balancer, its clients share the limits of one address',
    );
  }

  #admit(identity: Identity, visitor: Visitor, shown: Comeback | undefined): Verdict {
    const { random, membership } = this.#parts;
    // Proof of another peer than the one that its credential names is proof of nothing here.
    const comeback = identity.peer === undefined || shown?.peer === identity.peer ? shown : undefined;
    const session = random.id() as SessionId;
    const admitted: Admitted = {
      identity,
      peer: identity.peer ?? comeback?.peer ?? (random.id() as PeerId),
      isFixed: identity.peer !== undefined,
      ...(comeback && { comeback: { as: comeback.as, presented: hashOf(comeback.secret) } }),
      secret: random.id(),
      instance: random.id() as InstanceId,
      session,
      fence: fenceOf(this.#nextFenceUs(membership.nowMs()), session),
      visitor,
    };
    return this.#isBanned(admitted) ? { ok: false, close: 'banned', visitor } : { ok: true, admitted };
  }

  /** Of two that one node lets in, the later has the higher fence, also within a microsecond. */
  #nextFenceUs(nowMs: number): number {
    return (this.#fenceUs = Math.max(Math.round(nowMs * 1_000), this.#fenceUs + 1));
  }

  #isBanned({ peer, visitor, identity: { realm, user } }: Admitted): boolean {
    return banRefsOf({ realm, user, peer, visitor }).some((ref) => this.#parts.bans.has(ref));
  }

  /** One socket more is too many: on this node, or of its realm in the cluster. */
  #crowded(verdict: Verdict): Verdict | undefined {
    if ('refusal' in verdict) return undefined;
    const visitor = verdict.ok ? verdict.admitted.visitor : verdict.visitor;
    const isRealmFull = verdict.ok && this.#isFull(verdict.admitted.identity.realm);
    const full = this.occupancy.full(visitor) ?? (isRealmFull ? 'too-many-sessions' : undefined);
    return full && refuse(full, visitor, RETRY_AFTER_MS);
  }

  #isFull(realm: Realm): boolean {
    const { hub, membership } = this.#parts;
    const { maxSessionsPerRealm: most } = this.#options.door;
    return most > 0 && hub.count(realm) + membership.sessionsElsewhere(realm) >= most;
  }
}

/** What a client is told to wait when this node cannot take it now. */
const RETRY_AFTER_MS = 2_000;

const refuse = (refusal: RefusalCode, visitor?: Visitor, retryAfterMs?: number): Verdict => ({
  ok: false,
  refusal,
  ...(visitor && { visitor }),
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

const attemptsOf = ({ token, isPersonal, ...visitor }: Visitor): Attempt[] => [
  ...fromWhere('upgrade-address', visitor),
  ...(isPersonal && token !== undefined ? [{ limit: 'upgrade-token', subject: token } as const] : []),
];

function sendAway(socket: Socket, close: CloseName): SocketListener {
  socket.end(CLOSES[close].code, close);
  return DEAF;
}
