import type { NodeId } from '@parley/protocol';
import type { Refusal, SignalEnvelope } from './envelope.ts';
import { HeldSignals } from './held-signals.ts';
import type { Hub } from './hub.ts';
import type { RoomKey } from './keys.ts';
import type { Member } from './member.ts';
import type { Membership } from './membership.ts';
import type { Seat } from './ports/directory.ts';
import { announceNow } from './room-view.ts';
import type { Rooms } from './rooms.ts';
import type { Settlement, Streams } from './streams.ts';

/**
 * Takes a signal to its receiver: here, straight to the session; elsewhere, by one envelope to that node; nowhere, a refusal.
 *
 * Peers of one node never wait for the directory to talk. At the far end the room is looked at once more: only members
 * signal, and only to members.
 */
export class Router {
  readonly #held = new HeldSignals();
  readonly #node: NodeId;
  readonly #hub: Hub;
  readonly #rooms: Rooms;
  readonly #streams: Streams;
  readonly #membership: Membership;

  constructor(options: { node: NodeId; hub: Hub; rooms: Rooms; streams: Streams; membership: Membership }) {
    this.#node = options.node;
    this.#hub = options.hub;
    this.#rooms = options.rooms;
    this.#streams = options.streams;
    this.#membership = options.membership;
  }

  /** Rooms for which signals wait. */
  get held(): number {
    return this.#held.size;
  }

  /** `text` is final. `settled` is called exactly once, within two seconds. */
  deliver(from: Member, room: RoomKey, to: Seat, text: string, settled: (outcome: Settlement) => void): void {
    if (to.node === this.#node) {
      settled(this.#hand(room, to, text));
      return;
    }
    this.#streams.send(
      to.node,
      {
        kind: 'signal',
        room,
        from: from.peer,
        fromSession: from.session,
        to: to.peer,
        toSession: to.session,
        text,
      },
      settled,
    );
  }

  /** A signal came from another node. */
  receive(envelope: SignalEnvelope, settle: (outcome: 'delivered' | Refusal) => void): void {
    const outcome = this.#held.holds(envelope) ? 'gone' : this.#judge(envelope);
    if (outcome !== 'gone') return settle(outcome);
    if (!this.#rooms.get(envelope.room)) return settle('gone');
    if (!this.#held.hold(envelope, settle)) return settle('dropped');
    this.#rooms.repair(envelope.room);
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
    this.#held.judge(room, this.#membership.nowMs(), (envelope) => this.#judge(envelope));
  }

  closed(room: RoomKey): void {
    this.#held.drop(room);
  }

  #judge({ room, from, fromSession, to, toSession, text }: SignalEnvelope): 'delivered' | Refusal {
    const seats = this.#rooms.get(room)?.seats;
    const receiver = seats?.get(to);
    const known = seats?.get(from)?.session === fromSession && receiver?.session === toSession;
    return known ? this.#hand(room, receiver, text) : 'gone';
  }

  #hand(room: RoomKey, to: Seat, text: string | Uint8Array): 'delivered' | Refusal {
    const session = this.#hub.get(to.session);
    const own = session && this.#rooms.seatOf(session, room);
    if (!own) return 'gone';
    announceNow(own);
    const outcome = session.relay(text);
    if (outcome === 'ended') return 'gone';
    return outcome === 'dropped' ? outcome : 'delivered';
  }
}
