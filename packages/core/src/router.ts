import type { NodeId } from '@parley/protocol';
import type { Refusal, SignalEnvelope } from './envelope.ts';
import { HeldSignals } from './held-signals.ts';
import type { Hub } from './hub.ts';
import { peerKey, type RoomKey } from './keys.ts';
import { Lanes, type Letter, type Parcel } from './lanes.ts';
import { LIMITS } from './limits.ts';
import { MailQuota } from './mail-quota.ts';
import type { Membership } from './membership.ts';
import type { Clock } from './ports/clock.ts';
import { NOT_AFTER_MS, type PeerDirectory, type PeerPlace, type PutAnswer } from './ports/directory.ts';
import type { Metrics } from './ports/metrics.ts';
import { announceNow } from './room-view.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import type { Settlement, Streams } from './streams.ts';
import { nothingToUndo, type Writer } from './writer.ts';

export interface RouterOptions {
  readonly node: NodeId;
  readonly hub: Hub;
  readonly rooms: Rooms;
  readonly streams: Streams;
  readonly membership: Membership;
  readonly writer: Writer;
  readonly directory: PeerDirectory;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly lifeMs: number;
  readonly resumeWindowMs: number;
}

/**
 * Takes a signal to its receiver: here, straight to the session; elsewhere, by one envelope to that node; to a peer that is
 * away, into its mail; nowhere, a refusal.
 *
 * Peers of one node never wait for the directory to talk. At the far end the room is looked at once more: only members
 * signal, and only to members.
 */
export class Router {
  readonly #held = new HeldSignals();
  readonly #lanes: Lanes;
  readonly #quota: MailQuota;
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    const { clock, membership, resumeWindowMs } = options;
    this.#options = options;
    this.#lanes = new Lanes({
      clock,
      hasEnded: ({ node }) => ['lost', 'gone'].includes(membership.state(node)),
      dispatch: (place, parcel, settle) => this.#dispatch(place, parcel, settle),
      put: (lane, parcel) => this.#put(lane, parcel),
    });
    this.#quota = new MailQuota({
      clock,
      windowMs: resumeWindowMs,
      shareBytes: () => LIMITS.mailBytesPerRealm / (membership.others().length + 1),
    });
  }

  /** Rooms for which signals wait. */
  get held(): number {
    return this.#held.size;
  }

  /** Pairs with signals under way, and those of them in which something waits. */
  get lanes(): { readonly open: number; readonly blocked: number } {
    return { open: this.#lanes.size, blocked: this.#lanes.blocked };
  }

  /** Hands it straight to a receiver of this node. `false`: something is in the way, and it has to be {@link send | sent}. */
  handHere(letter: Letter): boolean {
    const session = this.#options.hub.get(letter.to.session);
    // Nothing is under way between two peers of one node, unless one of them was elsewhere a moment ago.
    if (!session?.isWelcome || this.#lanes.has(letter)) return false;
    return this.#hand(session, letter.room, letter.text) === 'delivered';
  }

  /** `settled` is called exactly once, within two seconds. */
  send(parcel: Parcel): void {
    this.#lanes.send(parcel);
  }

  /** A signal came from another node. */
  receive(envelope: SignalEnvelope, settle: (outcome: 'delivered' | Refusal) => void): void {
    const { hub, rooms } = this.#options;
    const session = hub.get(envelope.toSession);
    if (!session) return settle('gone');
    if (!session.isWelcome) return this.#await(session, envelope, settle);
    const outcome = this.#held.holds(envelope) ? 'not-in-room' : this.#judge(envelope);
    if (outcome !== 'not-in-room') return settle(outcome);
    if (!rooms.get(envelope.room)) return settle(outcome);
    if (!this.#held.hold(envelope, settle)) return settle('dropped');
    rooms.repair(envelope.room);
  }

  /** The directory is being asked for a room. */
  asked(room: RoomKey): void {
    this.#held.asked(room);
  }

  /** It has answered: what waited by then can be judged for good. */
  read(room: RoomKey): void {
    this.#held.read(room);
  }

  settled(room: RoomKey): void {
    this.#held.judge(room, this.#options.membership.nowMs(), (envelope) => this.#judge(envelope));
  }

  closed(room: RoomKey): void {
    this.#held.drop(room, ({ toSession }) => (this.#options.hub.get(toSession) ? 'not-in-room' : 'gone'));
  }

  stop(): void {
    this.#lanes.stop();
  }

  /** It comes back this very moment: what came for it meanwhile comes after its mail. */
  #await(session: Session, envelope: SignalEnvelope, settle: (outcome: 'delivered' | Refusal) => void): void {
    const isTaken = session.afterWelcome(() => {
      const isStale = this.#options.membership.nowMs() - envelope.sentAtMs > LIMITS.signalLifeMs;
      if (isStale) settle('stale');
      else this.receive(envelope, settle);
    });
    if (!isTaken) settle('dropped');
  }

  #dispatch({ node, session }: PeerPlace, parcel: Parcel, settle: (outcome: Settlement) => void): void {
    const { room, from, to, text, sentAtMs } = parcel;
    if (node !== this.#options.node) {
      const { peer, session: fromSession } = from;
      const letter = {
        kind: 'signal',
        room,
        from: peer,
        fromSession,
        to: to.peer,
        toSession: session,
        text,
      } as const;
      this.#options.streams.send(node, letter, settle, sentAtMs);
      return;
    }
    const receiver = this.#options.hub.get(session);
    if (!receiver) return settle('gone');
    if (receiver.isWelcome) return settle(this.#refusalOf(parcel) ?? this.#hand(receiver, room, text));
    const isTaken = receiver.afterWelcome(() => this.#dispatch({ node, session }, parcel, settle));
    if (!isTaken) settle('dropped');
  }

  /** What the far end of a stream looks at, for what has waited here. */
  #refusalOf({ from: { peer, session }, room, readAtMs }: Parcel): Refusal | undefined {
    if (this.#options.clock.nowMs() - readAtMs > LIMITS.signalLifeMs) return 'stale';
    const seat = this.#options.rooms.get(room)?.seats.get(peer);
    return seat?.session === session ? undefined : 'not-in-room';
  }

  async #put(lane: string, parcel: Parcel): Promise<PutAnswer> {
    const { realm } = parcel.from;
    const bytes = Buffer.byteLength(parcel.text);
    if (!this.#quota.take(realm, bytes)) return { outcome: 'full' };
    const answer = await this.#askToKeep(lane, parcel);
    // Of what has no answer nobody knows: it counts.
    if (answer.outcome !== 'kept') this.#quota.giveBack(realm, bytes);
    if (answer.outcome === 'kept' || answer.outcome === 'full') this.#options.metrics.mailed(answer.outcome);
    return answer;
  }

  #askToKeep(lane: string, { from, to, text }: Parcel): Promise<PutAnswer> {
    const { directory, writer, membership, lifeMs } = this.#options;
    return writer.ask(
      `mail ${lane}`,
      () =>
        directory.put({
          key: peerKey(from.realm, to.peer),
          instance: to.instance,
          text,
          reading: membership.reading(lifeMs),
          notAfterMs: membership.nowMs() + NOT_AFTER_MS,
        }),
      nothingToUndo,
    );
  }

  #judge({ room, from, fromSession, to, toSession, text }: SignalEnvelope): 'delivered' | Refusal {
    const session = this.#options.hub.get(toSession);
    if (!session) return 'gone';
    const seats = this.#options.rooms.get(room)?.seats;
    const known = seats?.get(from)?.session === fromSession && seats.get(to)?.session === toSession;
    return known ? this.#hand(session, room, text) : 'not-in-room';
  }

  #hand(session: Session, room: RoomKey, text: string | Uint8Array): 'delivered' | Refusal {
    const own = this.#options.rooms.seatOf(session, room);
    if (!own) return 'not-in-room';
    announceNow(own);
    const outcome = session.relay(text);
    if (outcome === 'ended') return 'gone';
    return outcome === 'dropped' ? outcome : 'delivered';
  }
}
