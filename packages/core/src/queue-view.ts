import type { PeerId, QueueName } from '@parley/protocol';
import type { QueueKey } from './keys.ts';
import type { Member } from './member.ts';
import type { Cancel } from './ports/clock.ts';
import type { Match } from './ports/directory.ts';
import type { Writer } from './writer.ts';

export interface MatchWish {
  readonly queue: QueueName;
  readonly size: number;
  /** JSON text. */
  readonly meta: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** A member of this node that waits. */
export interface Waiter {
  readonly member: Member;
  readonly wish: MatchWish;
  /** Its place: when it began to wait, by the directory's time. */
  readonly since: number;
  readonly cancelTimeout: Cancel;
  /** Its match is complete, and it is about to take its seat: it waits for nothing else, and cannot be given up. */
  isMatched: boolean;
}

/**
 * One queue, as far as this node has waiters in it: who they are, and that something is being done for them.
 *
 * It is `done` with when nobody of this node waits there and nothing is under way, and then used no more.
 */
export class QueueView {
  readonly key: QueueKey;
  readonly size: number;
  readonly #own = new Map<PeerId, Waiter>();
  readonly #writer: Writer;
  readonly #done: () => void;
  #jobs = 0;

  constructor(key: QueueKey, size: number, writer: Writer, done: () => void) {
    this.key = key;
    this.size = size;
    this.#writer = writer;
    this.#done = done;
  }

  /** How many of this node's members wait. */
  get waiting(): number {
    return this.#own.size;
  }

  /** Something is under way. */
  get busy(): boolean {
    return this.#jobs > 0;
  }

  /** See {@link Writer.ask}. */
  ask<T>(command: () => Promise<T>, undo?: () => Promise<unknown>): Promise<T> {
    return this.during(() => this.#writer.ask(this.key, command, undo));
  }

  /** See {@link Writer.insist}. */
  insist<T>(command: () => Promise<T>): Promise<T | undefined> {
    return this.during(() => this.#writer.insist(this.key, command));
  }

  /** The view is in use until `job` has ended. */
  during<T>(job: () => Promise<T>): Promise<T> {
    this.#jobs += 1;
    return job().finally(() => {
      this.#jobs -= 1;
      if (this.#jobs === 0 && this.#own.size === 0) this.#done();
    });
  }

  /** This member's place, if it is this very session that has it. */
  waiterOf(member: Member): Waiter | undefined {
    const waiter = this.#own.get(member.peer);
    return waiter?.member === member ? waiter : undefined;
  }

  /** Takes the place of whoever of this peer waited here before. */
  add(waiter: Waiter): void {
    const { member } = waiter;
    this.#own.get(member.peer)?.cancelTimeout();
    this.#own.set(member.peer, waiter);
    member.queues.add(this.key);
  }

  /** Unless a later session of this peer has the place by now. */
  remove(member: Member): void {
    const waiter = this.waiterOf(member);
    if (!waiter) return;
    waiter.cancelTimeout();
    this.#own.delete(member.peer);
    member.queues.delete(this.key);
  }

  /** Those whose match is not complete: as far as the directory is concerned, they wait. */
  unmatched(): Waiter[] {
    return [...this.#own.values()].filter(({ isMatched }) => !isMatched);
  }

  /**
   * Those who are in a match and certainly there for it. By their place, not only by their name: who was matched may wait again
   * while that match is still remembered.
   */
  meantBy({ members }: Match): Waiter[] {
    return members.flatMap(({ peer, since }) => {
      const waiter = this.#own.get(peer);
      return waiter && waiter.since <= since && isFree(waiter) ? [waiter] : [];
    });
  }

  /** Of these peers, those who can still be promised to a match. */
  free(peers: readonly PeerId[]): PeerId[] {
    return peers.filter((peer) => {
      const waiter = this.#own.get(peer);
      return waiter !== undefined && isFree(waiter);
    });
  }
}

const isFree = ({ isMatched, member }: Waiter) => !isMatched && !member.ended && !member.isDoubted;
