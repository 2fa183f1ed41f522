import type { NodeId, PeerId } from '@parley/protocol';
import type { Reading } from '../ports/reading.ts';
import type { SeatClaim } from '../ports/directory.ts';

/** Who is somewhere, and until when if nobody says so again: a seat of a room, or a waiter of a queue. */
export interface Place<Holder> {
  readonly holder: Holder;
  readonly untilMs: number;
}

export type Places<Holder> = Map<PeerId, Place<Holder>>;

/** Whether an entry of a node stands for nobody: the node is lost, and has not asserted it since that was known. */
export const isLost = (node: NodeId, untilMs: number, { lost, lostUntilMs }: Reading) =>
  lost.includes(node) && untilMs <= lostUntilMs;

export const latestEndMs = (places: Places<unknown>) =>
  [...places.values()].reduce((latestMs, place) => Math.max(latestMs, place.untilMs), -Infinity);

/** The next number of an order that follows the time, in microseconds, and in which none stands twice. */
export const nextInOrder = (nowMs: number, last: number) => Math.max(Math.floor(nowMs * 1_000), last + 1);

/** `wanted`, or the first after it that is not `taken`: what is put back may meet what came since, in the same microsecond. */
export function firstFree(wanted: number, taken: Iterable<number>): number {
  const all = new Set(taken);
  let free = wanted;
  while (all.has(free)) free += 1;
  return free;
}

/** The claim alone, whatever else the caller's object holds. */
export function bareClaim({ peer, user, instance, session, fence, meta }: SeatClaim): SeatClaim {
  return {
    peer,
    ...(user !== undefined && { user }),
    instance,
    session,
    fence,
    ...(meta !== undefined && { meta }),
  };
}
