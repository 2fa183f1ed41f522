import {
  type CloseName,
  CLOSES,
  closeReason,
  decode,
  encode,
  ERROR_CODES,
  type ErrorCode,
  type ErrorReply,
  type Decoded,
  type Received,
  type InstanceId,
  type Outgoing,
  type PeerId,
  type Realm,
  type SessionId,
  type UserId,
} from '@parley/protocol';
import { aboutOf } from './about.ts';
import { Allowance } from './allowance.ts';
import { Anteroom } from './anteroom.ts';
import { banRefsOf } from './bans.ts';
import { type Parting, partingOf } from './farewell.ts';
import type { Fence } from './fence.ts';
import { Few } from './few.ts';
import type { MessageOf } from './handlers/handler.ts';
import { type Act, Joining, placeOf } from './joining.ts';
import { type QueueKey, roomKey, type RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import type { Clock } from './ports/clock.ts';
import type { Metrics, SessionEnd } from './ports/metrics.ts';
import type { SendOutcome, Socket, SocketListener } from './ports/socket.ts';
import type { BanRef } from './ports/bans.ts';
import type { ClaimAnswer, PeerClaim, SecretHash } from './ports/directory.ts';
import type { Identity } from './ports/verifier.ts';
import type { Claimant } from './presence.ts';
import { hashOf } from './resume-secret.ts';
import { Traffic } from './traffic.ts';
import type { Visitor } from './visitor.ts';

/** What a session needs of its node. */
export interface SessionOwner {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly options: NodeOptions;
  /** Handles one message; a promise resolves when it is answered. Never throws, never rejects. */
  handle(session: Session, message: Received, payload: string): void | Promise<void>;
  /** It has a seat there and was told so, or waits there. */
  hasEntered(session: Session, message: MessageOf<'join' | 'match'>): boolean;
  /** A session that continues another one was heard for the first time since it is welcome. */
  confirmed(session: Session): void;
  /** Gives back everything the session holds, or leaves it waiting. Called once. */
  ended(session: Session, end: SessionEnd): void;
}

/** Who comes in, as decided before the socket was opened. */
export interface Admitted {
  readonly identity: Identity;
  readonly peer: PeerId;
  /** Its credential names this very peer. */
  readonly isFixed: boolean;
  /** Proof of an earlier session of this peer. */
  readonly comeback?: PeerClaim['comeback'];
  readonly instance: InstanceId;
  readonly session: SessionId;
  /** With it the peer comes back. Told to the client, and to nobody else. */
  readonly secret: string;
  readonly fence: Fence;
  readonly visitor: Visitor;
}

/**
 * One authenticated WebSocket, from its opening to its end: `opening` until it is welcome, `open`, `ended`.
 *
 * Frames are heard from the first moment and handled after the welcome. It ends once, whoever ends it, and then is silent.
 */
export class Session implements SocketListener, Claimant {
  peer: PeerId;
  readonly isFixed: boolean;
  comeback: PeerClaim['comeback'];
  readonly secret: string;
  presented: SecretHash | undefined;
  instance: InstanceId;
  readonly session: SessionId;
  readonly fence: Fence;
  readonly realm: Realm;
  readonly traffic = new Traffic();
  readonly openedAtMs: number;
  readonly rooms = new Few<RoomKey>();
  readonly queues = new Few<QueueKey>();
  /** What its token allows; a refresh replaces it. */
  identity: Identity;
  /** Where it comes from, and with which token; a refresh brings another one. */
  visitor: Visitor;
  /** Signals to other nodes that have no outcome yet. */
  unsettled = 0;
  lastSeenMs: number;
  lastPingMs: number;
  lastMessageMs: number;
  /** When it was last seen in a room or a queue, which keeps it from being idle. */
  lastBusyMs: number;
  /** Until it has ended: what becomes of what it holds if its connection is lost. */
  parting: Parting = 'away';
  isDoubted = false;
  isAsked = false;
  isClaimed = false;
  #state: 'opening' | 'open' | 'ended' = 'opening';
  readonly #socket: Socket;
  readonly #owner: SessionOwner;
  /** These two only while they have something to remember: see {@link rest}. */
  #spent: Allowance | undefined;
  #unanswered: Joining | undefined;
  /** Until it is welcome or has ended. */
  #anteroom: Anteroom | undefined = new Anteroom();

  constructor(admitted: Admitted, socket: Socket, owner: SessionOwner) {
    this.identity = admitted.identity;
    this.peer = admitted.peer;
    this.isFixed = admitted.isFixed;
    this.comeback = admitted.comeback;
    this.secret = admitted.secret;
    this.instance = admitted.instance;
    this.session = admitted.session;
    this.fence = admitted.fence;
    this.realm = admitted.identity.realm;
    this.visitor = admitted.visitor;
    this.#socket = socket;
    this.#owner = owner;
    this.openedAtMs = owner.clock.nowMs();
    this.lastSeenMs = this.lastPingMs = this.lastMessageMs = this.lastBusyMs = this.#nowMs();
  }

  get user(): UserId | undefined {
    return this.identity.user;
  }

  /** Asked for once in a minute, and 80 bytes if it were kept. */
  get offered(): SecretHash {
    return hashOf(this.secret);
  }

  /** What a ban of it can name. */
  refs(): BanRef[] {
    return banRefsOf(this);
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  /** It was told who it is, and what happens is told to it. */
  get isWelcome(): boolean {
    return this.#state === 'open';
  }

  claimed(answer: ClaimAnswer): void {
    this.isClaimed = answer.outcome === 'claimed' || answer.outcome === 'resumed';
    if (answer.outcome !== 'resumed') return;
    this.instance = answer.instance;
    this.presented = this.comeback?.presented;
    for (const room of answer.rooms) this.rooms.add(roomKey(this.realm, room));
  }

  /** There is nothing to come back to: it is a peer that nobody knows yet. */
  startAnew(peer: PeerId): void {
    this.peer = peer;
    this.comeback = undefined;
  }

  /** Runs `task` when this is welcome and has its mail, or has ended before. `false`: too many wait already. */
  afterWelcome(task: () => void): boolean {
    if (this.#anteroom) return this.#anteroom.await(task);
    task();
    return true;
  }

  /** Its claim stands: it is welcome, has `first` what waited for it, and what it said meanwhile is handled. */
  open(welcome: Outgoing, first: () => void = () => {}): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    const early = this.#anteroom?.takeFrames() ?? [];
    this.#socket.cork(() => {
      this.send(welcome);
      first();
      this.#admitOthers();
      for (const { text, bytes } of early) this.#handle(text, bytes);
    });
  }

  message(text: string, bytes: number): void {
    this.#heard();
    this.lastMessageMs = this.lastSeenMs;
    this.traffic.received(bytes);
    if (this.#state === 'open') this.#handle(text, bytes);
    else if (this.#anteroom?.keep({ text, bytes }) === false) this.#shutUp(0);
  }

  binary(): void {
    this.close('unsupported-data');
  }

  /** Pings and pongs are frames like any other: whoever floods with them is heard no longer than with messages. */
  alive(): void {
    this.#heard();
    const waitMs = this.#allowance.waitMsFor(0, this.lastSeenMs);
    if (waitMs > 0 && this.#hasOverdone()) this.#shutUp(waitMs);
  }

  closed(code: number): void {
    const end =
      code === CLOSES.normal.code
        ? 'normal'
        : code === CLOSES['too-big'].code
          ? 'too-big'
          : 'connection-lost';
    this.#end(end);
  }

  ping(): void {
    this.lastPingMs = this.#nowMs();
    this.#socket.ping();
  }

  /** Lets go of what a silent session does not need: budgets that are full again, and the line behind joins that are answered. */
  rest(nowMs: number): void {
    if (this.#spent?.isFull(nowMs)) this.#spent = undefined;
    if (this.#unanswered?.size === 0) this.#unanswered = undefined;
  }

  send(message: Outgoing): void {
    this.relay(encode(message));
  }

  relay(text: string | Uint8Array): SendOutcome {
    if (this.ended) return 'ended';
    const outcome = this.#socket.send(text);
    if (outcome !== 'ended') this.#owner.metrics.frameSent(outcome);
    if (outcome === 'sent' || outcome === 'queued') this.traffic.sent(text);
    if (outcome === 'dropped') this.close('slow-consumer');
    return outcome;
  }

  /** An error reply: the session lives. */
  fail(code: ErrorCode, fields: Omit<ErrorReply, 'type' | 'code' | 'message'> & { message?: string }): void {
    this.#owner.metrics.errorReplied(code);
    this.send({ type: 'error', code, message: ERROR_CODES[code].meaning, ...fields });
  }

  /** Ends the session. Whoever comes second changes nothing. */
  close(name: CloseName, retryAfterMs?: number): void {
    if (this.ended) return;
    this.#end(name);
    this.#socket.end(CLOSES[name].code, closeReason(name, retryAfterMs));
  }

  get #allowance(): Allowance {
    return (this.#spent ??= new Allowance(this.#owner.options.budgets));
  }

  get #joining(): Joining {
    return (this.#unanswered ??= new Joining(LIMITS.messagesBehindJoins));
  }

  /** In whole milliseconds, which take no memory of their own; rounded up, for nobody may seem to be silent for longer than it is. */
  #nowMs(): number {
    return Math.ceil(this.#owner.clock.nowMs());
  }

  #heard(): void {
    this.lastSeenMs = this.#nowMs();
    if (this.presented !== undefined && this.isWelcome) this.#owner.confirmed(this);
  }

  /** It has overdone it. Who comes back has a fresh budget, so not at once. */
  #shutUp(waitMs: number): void {
    this.close('rate-limited', Math.max(waitMs, LIMITS.silenceAfterFloodMs));
  }

  #handle(text: string, bytes: number): void {
    if (this.ended) return;
    const waitMs = this.#allowance.waitMsFor(bytes, this.lastSeenMs);
    if (waitMs > 0 && this.#hasOverdone()) return this.#shutUp(waitMs);
    const decoded = decode(text);
    if (!decoded.ok) return this.#answerBad(decoded);
    const { message, payload } = decoded;
    this.#owner.metrics.received(message.type, bytes);
    // A goodbye is always welcome.
    if (waitMs > 0 && message.type !== 'bye') return this.#limit(message, waitMs);
    const changeMs = this.#waitMsForChange(message);
    if (changeMs > 0) this.refuse({ code: 'rate-limited', retryAfterMs: changeMs }, message);
    else this.#inOrder(message, payload);
  }

  /** It is not handled: too much of it came, or nobody knows whether it is too much. Who goes on is not heard for long. */
  refuse(
    { code, retryAfterMs }: { code: 'rate-limited' | 'cluster-unavailable'; retryAfterMs: number },
    message: Received,
  ): void {
    const hasOverdone = code === 'rate-limited' && this.#allowance.isOverdrawn(this.lastSeenMs);
    if (hasOverdone) this.#shutUp(retryAfterMs);
    else this.fail(code, { ...aboutOf(message), retryAfterMs });
  }

  /** What asks the directory or the verifier, or is signed, though nothing new begins: no shared budget counts it. */
  #waitMsForChange(message: Received): number {
    const isAgain =
      (message.type === 'join' || message.type === 'match') && this.#owner.hasEntered(this, message);
    if (!isAgain && !CHANGES.has(message.type)) return 0;
    const waitMs = this.#allowance.waitMsForChange(this.lastSeenMs);
    if (waitMs > 0) this.#owner.metrics.limited('session-changes');
    return waitMs;
  }

  #hasOverdone(): boolean {
    this.#owner.metrics.limited('session-frames');
    return this.#allowance.isOverdrawn(this.lastSeenMs);
  }

  #answerBad({ code, path, id }: Extract<Decoded, { ok: false }>): void {
    this.fail(code, {
      ...(id !== undefined && { re: id }),
      message: path === '' ? 'not a valid message' : `not valid at: ${path}`,
    });
    if (!this.#allowance.isTooBad(this.lastSeenMs)) return;
    this.#owner.metrics.limited('session-bad-messages');
    this.close('protocol-violation');
  }

  /** What is about a room or a queue waits while a join or match of it has no answer; who has entered it already waits for nothing. */
  #inOrder(message: Received, payload: string): void {
    const place = placeOf(message);
    const isEntry = message.type === 'join' || message.type === 'match';
    const waits =
      place !== undefined &&
      (isEntry ? !this.#owner.hasEntered(this, message) : (this.#unanswered?.has(place) ?? false));
    if (!waits) {
      void this.#owner.handle(this, message, payload);
      return;
    }
    const act: Act = () => (this.ended ? undefined : this.#owner.handle(this, message, payload));
    const isInTurn = isEntry ? this.#joining.join(place, act) : this.#joining.after(place, act);
    if (isInTurn) return;
    this.#limit(message, LIMITS.beatIntervalMs);
  }

  /** This one is not handled; it may come again. */
  #limit(message: Received, retryAfterMs: number): void {
    this.fail('rate-limited', { ...aboutOf(message), retryAfterMs });
  }

  #end(end: SessionEnd): void {
    if (this.ended) return;
    this.#state = 'ended';
    this.parting = partingOf(end);
    this.#anteroom?.takeFrames();
    this.#owner.metrics.sessionClosed(end);
    this.#owner.ended(this, end);
    this.#admitOthers();
  }

  /** Nobody waits here any more. */
  #admitOthers(): void {
    const anteroom = this.#anteroom;
    this.#anteroom = undefined;
    anteroom?.admitOthers();
  }
}

const CHANGES: ReadonlySet<Received['type']> = new Set(['update', 'refresh', 'unmatch', 'ice']);
