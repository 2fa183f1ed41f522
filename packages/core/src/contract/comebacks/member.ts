import type { InstanceId, NodeId, PeerId, RoomId, UserId } from '@parley/protocol';
import type {
  ClaimAnswer,
  OwnSeat,
  PeerAssertion,
  PeerClaim,
  Reading,
  RoomSnapshot,
  SeatClaim,
  SecretHash,
} from '../../ports/directory.ts';
import { comebackOf, keyOf, peerClaimOf, secretOf } from '../peer-samples.ts';
import { asPeer } from '../samples.ts';
import { PeerModel } from './peer-model.ts';
import { type ClaimStep, NODES } from './steps.ts';

/** A session that a claim has given the peer to, and all that its node knows of it. */
export interface Session {
  readonly claim: PeerClaim;
  readonly instance: InstanceId;
  proven: PeerAssertion['proven'];
  rooms: readonly RoomId[];
  /** The seat it was told to have. */
  seat?: OwnSeat;
}

/** A claim that is repeated after this comes too late; shorter than any window, so that no session has two lives. */
const PATIENCE_MS = 40;

/** One peer of a history, with all the sessions that it ever had. */
export class Member {
  readonly peer: PeerId;
  readonly key: ReturnType<typeof keyOf>;
  readonly model = new PeerModel();
  readonly #name: string;
  readonly #sessions: Session[] = [];
  /** Sessions that are opened in time have even numbers. */
  #opened = 0;
  #late = -1;
  #last: PeerClaim | undefined;
  #signals = 0;

  constructor(name: string) {
    this.#name = name;
    this.peer = asPeer(name);
    this.key = keyOf(name);
  }

  session(back: number): Session | undefined {
    return this.#sessions.at(-1 - back);
  }

  /** Of the last life, or of none. */
  get instance(): InstanceId {
    return this.session(0)?.instance ?? ('instance-of-nobody' as InstanceId);
  }

  get formerInstance(): InstanceId | undefined {
    return this.#sessions.findLast((each) => each.instance !== this.instance)?.instance;
  }

  nextClaim(
    { session, comeback, isFixed, isEve, lifeMs }: ClaimStep,
    reading: Reading,
    nowMs: number,
  ): PeerClaim {
    if (session === 'again' && this.#last) return { ...this.#last, reading };
    const isLate = session === 'late' && this.#late < this.#opened - 1;
    const at = isLate ? (this.#late = this.#opened - 1) : (this.#opened += 2);
    const presented = this.#secret(comeback?.secret) ?? secretOf('eve', at);
    const claim = peerClaimOf(this.#name, {
      at,
      node: nodeOf(at),
      isFixed,
      lifeMs,
      reading,
      notAfterMs: nowMs + PATIENCE_MS,
      ...(comeback && { comeback: { ...comebackOf(this.#name, at, comeback.as), presented } }),
      ...(isEve && { user: 'eve' as UserId }),
    });
    return (this.#last = claim);
  }

  #secret(which: NonNullable<ClaimStep['comeback']>['secret'] | undefined): SecretHash | undefined {
    if (which === 'proven') return this.model.life?.good[0];
    return typeof which === 'number' ? this.session(which)?.claim.offered : undefined;
  }

  /** What its node makes of the answer. */
  hears(claim: PeerClaim, answer: ClaimAnswer): void {
    if (answer.outcome !== 'claimed' && answer.outcome !== 'resumed') return;
    const known = this.#sessions.find((each) => each.claim.fence === claim.fence);
    const hasResumed = answer.outcome === 'resumed';
    const instance = hasResumed ? answer.instance : claim.instance;
    if (known?.instance === instance) return;
    const proven = hasResumed && claim.comeback ? claim.comeback.presented : claim.offered;
    this.#sessions.push({ claim, instance, proven, rooms: hasResumed ? answer.rooms : [] });
  }

  /** A session that was heard has had its answer, and claims no more. */
  isHeard({ claim }: Session): void {
    if (this.#last?.fence === claim.fence) this.#last = undefined;
  }

  /** Its sessions are told what seats they have. */
  sees({ seats }: RoomSnapshot): void {
    for (const { awayUntilMs: _, node: __, ...seat } of seats) {
      const session = this.#sessions.find((each) => each.claim.fence === seat.fence);
      if (session && seat.peer === this.peer) session.seat = seat;
    }
  }

  /** The latest of its sessions at a node that had a seat. */
  seatAt(node: NodeId): OwnSeat | undefined {
    return this.#sessions.findLast(({ claim, seat }) => seat && claim.node === node)?.seat;
  }

  nextText(bytes: number): string {
    return `${(this.#signals += 1)}`.padEnd(bytes, '.');
  }
}

export function statementOf({ claim, instance, proven, rooms }: Session, lifeMs: number): PeerAssertion {
  const { key, node, session, fence, user, offered } = claim;
  return { key, node, session, fence, instance, ...(user && { user }), lifeMs, rooms, proven, offered };
}

export function seatOf({ claim, instance }: Session, peer: PeerId, meta?: string): SeatClaim {
  const { session, fence, user } = claim;
  return { peer, instance, session, fence, ...(user && { user }), ...(meta !== undefined && { meta }) };
}

const nodeOf = (at: number): NodeId => NODES[Math.floor(at / 2) % NODES.length] ?? NODES[0];
