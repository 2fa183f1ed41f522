import type { Refusal, SignalEnvelope } from './envelope.ts';
import type { RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';

interface Held {
  readonly envelope: SignalEnvelope;
  readonly settle: (outcome: 'delivered' | Refusal) => void;
  /** The room is `asked` for since this came, or was `read`: an answer that was under way before says nothing about it. */
  room: 'unread' | 'asked' | 'read';
}

/**
 * Signals from peers that this node does not know yet to be in the room: the news of their joining may still be on its way.
 * They wait, in order, until the room was read again, and then are judged.
 */
export class HeldSignals {
  readonly #byRoom = new Map<RoomKey, Held[]>();

  get size(): number {
    return this.#byRoom.size;
  }

  /** `false`: too many wait already. */
  hold(envelope: SignalEnvelope, settle: Held['settle']): boolean {
    const held = this.#byRoom.get(envelope.room) ?? [];
    if (held.length >= LIMITS.heldPerRoom) return false;
    held.push({ envelope, settle, room: 'unread' });
    this.#byRoom.set(envelope.room, held);
    return true;
  }

  /** Something of this sender waits: what comes later must wait behind it. */
  holds({ room, from }: SignalEnvelope): boolean {
    return this.#byRoom.get(room)?.some(({ envelope }) => envelope.from === from) ?? false;
  }

  /** The directory is being asked for the room. */
  asked(room: RoomKey): void {
    for (const held of this.#byRoom.get(room) ?? []) held.room = 'asked';
  }

  /** It has answered: what waited when it was asked, and cannot be delivered when it is judged next, is refused. */
  read(room: RoomKey): void {
    for (const held of this.#byRoom.get(room) ?? []) if (held.room === 'asked') held.room = 'read';
  }

  /**
   * Judges everything that waits for a room, in order, at a time of the directory. `deliver` says whether the signal found
   * its receiver.
   */
  judge(room: RoomKey, nowMs: number, deliver: (envelope: SignalEnvelope) => 'delivered' | Refusal): void {
    const waiting = this.#byRoom.get(room);
    if (!waiting) return;
    const still: Held[] = [];
    for (const held of waiting) {
      const verdict = nowMs - held.envelope.sentAtMs > LIMITS.signalLifeMs ? 'stale' : deliver(held.envelope);
      if (verdict === 'not-in-room' && held.room !== 'read') still.push(held);
      else held.settle(verdict);
    }
    if (still.length > 0) this.#byRoom.set(room, still);
    else this.#byRoom.delete(room);
  }

  /** Refuses what waits for a room in which nobody here sits any more; `why` says of each whether its receiver has gone, too. */
  drop(room: RoomKey, why: (envelope: SignalEnvelope) => Refusal): void {
    for (const { envelope, settle } of this.#byRoom.get(room) ?? []) settle(why(envelope));
    this.#byRoom.delete(room);
  }
}
