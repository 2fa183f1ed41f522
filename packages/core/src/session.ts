import {
  type CloseName,
  CLOSES,
  closeReason,
  decode,
  encode,
  ERROR_CODES,
  type ErrorCode,
  type ErrorReply,
  type Incoming,
  type InstanceId,
  type Outgoing,
  type PeerId,
  type Realm,
  type RoomId,
  type SessionId,
  type UserId,
} from '@parley/protocol';
import { Budget } from './budget.ts';
import type { LeaveReason } from './envelope.ts';
import type { Fence } from './fence.ts';
import { type Act, Joining } from './joining.ts';
import type { QueueKey, RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { Member } from './member.ts';
import type { NodeOptions } from './options.ts';
import type { Clock } from './ports/clock.ts';
import type { Metrics, SessionEnd } from './ports/metrics.ts';
import type { SendOutcome, Socket, SocketListener } from './ports/socket.ts';
import type { Identity } from './ports/verifier.ts';

/** What a session needs of its node. */
export interface SessionOwner {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly options: NodeOptions;
  /** Handles one message; a promise resolves when it is answered. Never throws, never rejects. */
  handle(session: Session, message: Incoming, payload: string): void | Promise<void>;
  /** It has a seat there, and was told so. */
  isSeated(session: Session, room: RoomId): boolean;
  /** Gives back everything the session holds. Called once. */
  ended(session: Session, reason: LeaveReason): void;
}

/** Who comes in, as decided before the socket was opened. */
export interface Admitted {
  readonly identity: Identity;
  readonly peer: PeerId;
  readonly instance: InstanceId;
  readonly session: SessionId;
  readonly fence: Fence;
  readonly address: string;
}

/**
 * One authenticated WebSocket, from its opening to its end: `opening` until it is welcome, `open`, `ended`.
 *
 * Frames are heard from the first moment and handled after the welcome. It ends once, whoever ends it, and then is silent.
 */
export class Session implements SocketListener, Member {
  readonly peer: PeerId;
  readonly instance: InstanceId;
  readonly session: SessionId;
  readonly fence: Fence;
  readonly realm: Realm;
  readonly address: string;
  readonly rooms = new Map<RoomKey, RoomId>();
  readonly queues = new Set<QueueKey>();
  /** What its token allows; a refresh replaces it. */
  identity: Identity;
  /** Signals to other nodes that have no outcome yet. */
  unsettled = 0;
  lastSeenMs: number;
  lastPingMs: number;
  /** The last message, or the last change of what keeps it from being idle. */
  lastActiveMs: number;
  #state: 'opening' | 'open' | 'ended' = 'opening';
  readonly #socket: Socket;
  readonly #owner: SessionOwner;
  readonly #badMessages: Budget;
  readonly #joining = new Joining(LIMITS.messagesBehindJoins);
  #early: { readonly text: string; readonly bytes: number }[] = [];

  constructor(admitted: Admitted, socket: Socket, owner: SessionOwner) {
    this.identity = admitted.identity;
    this.peer = admitted.peer;
    this.instance = admitted.instance;
    this.session = admitted.session;
    this.fence = admitted.fence;
    this.realm = admitted.identity.realm;
    this.address = admitted.address;
    this.#socket = socket;
    this.#owner = owner;
    this.lastSeenMs = this.lastPingMs = this.lastActiveMs = owner.clock.nowMs();
    this.#badMessages = new Budget(
      LIMITS.badMessagesPerMinute,
      LIMITS.badMessagesPerMinute / 60,
      this.lastSeenMs,
    );
  }

  get user(): UserId | undefined {
    return this.identity.user;
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  /** Its claim stands: it is welcome, and what it said meanwhile is handled. */
  open(welcome: Outgoing): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    const early = this.#early;
    this.#early = [];
    this.#socket.cork(() => {
      this.send(welcome);
      for (const { text, bytes } of early) this.#handle(text, bytes);
    });
  }

  message(text: string, bytes: number): void {
    this.lastSeenMs = this.lastActiveMs = this.#owner.clock.nowMs();
    if (this.#state === 'open') this.#handle(text, bytes);
    else if (this.#state === 'opening') this.#keep(text, bytes);
  }

  binary(): void {
    this.close('unsupported-data');
  }

  alive(): void {
    this.lastSeenMs = this.#owner.clock.nowMs();
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
    this.lastPingMs = this.#owner.clock.nowMs();
    this.#socket.ping();
  }

  send(message: Outgoing): void {
    this.relay(encode(message));
  }

  relay(text: string | Uint8Array): SendOutcome {
    if (this.ended) return 'ended';
    const outcome = this.#socket.send(text);
    if (outcome !== 'ended') this.#owner.metrics.frameSent(outcome);
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

  #keep(text: string, bytes: number): void {
    if (this.#early.length < LIMITS.framesBeforeWelcome) this.#early.push({ text, bytes });
    else this.close('rate-limited');
  }

  #handle(text: string, bytes: number): void {
    if (this.ended) return;
    const decoded = decode(text);
    if (decoded.ok) {
      this.#owner.metrics.received(decoded.message.type, bytes);
      this.#inOrder(decoded.message, decoded.payload);
      return;
    }
    const { code, path, id } = decoded;
    this.fail(code, {
      ...(id !== undefined && { re: id }),
      message: path === '' ? 'not a valid message' : `not valid at: ${path}`,
    });
    if (this.#badMessages.take(1, this.lastSeenMs) > 0) this.close('protocol-violation');
  }

  /** What is about a room waits while a join of that room has no answer; who has a seat there already waits for nothing. */
  #inOrder(message: Incoming, payload: string): void {
    const room = 'room' in message ? message.room : undefined;
    const isJoin = message.type === 'join';
    const waits =
      room !== undefined && (isJoin ? !this.#owner.isSeated(this, room) : this.#joining.has(room));
    if (!waits) {
      void this.#owner.handle(this, message, payload);
      return;
    }
    const act: Act = () => (this.ended ? undefined : this.#owner.handle(this, message, payload));
    const isInTurn = isJoin ? this.#joining.join(room, act) : this.#joining.after(room, act);
    if (isInTurn) return;
    this.fail('rate-limited', {
      ...(message.id !== undefined && { re: message.id }),
      room,
      ...(message.type === 'signal' && { to: message.to }),
      retryAfterMs: LIMITS.beatIntervalMs,
    });
  }

  #end(end: SessionEnd): void {
    if (this.ended) return;
    this.#state = 'ended';
    this.#early = [];
    this.#owner.metrics.sessionClosed(end);
    this.#owner.ended(this, REASONS[end] ?? 'lost');
  }
}

/** What the others are told; of every other end that the connection was lost. */
const REASONS: Partial<Record<SessionEnd, LeaveReason>> = {
  normal: 'left',
  replaced: 'replaced',
  kicked: 'kicked',
  banned: 'kicked',
};
