import type { ResumeRequest, SeatRef } from '../ports/directory.ts';
import { asPeer, claimOf, LONG_MS, NODE_1, readingOf, refOf, ROOM } from './samples.ts';
import type { DirectorySubject } from './subject.ts';

/** The seat of a peer's first session waits for it. */
export function awayOf(
  { directory }: DirectorySubject,
  peer: string,
  awayMs: number,
  { lifeMs = LONG_MS, ...more }: Partial<SeatRef> & { lifeMs?: number } = {},
) {
  return directory.rooms.away({ ...refOf(peer), ...more }, awayMs, lifeMs);
}

/** Of session `at`, which continues the one that began the life. */
export function resumeOf(peer: string, at: number, more: Partial<ResumeRequest>): ResumeRequest {
  return { key: ROOM, node: NODE_1, ...lifeOf(peer, at, 1), lifeMs: LONG_MS, reading: readingOf(), ...more };
}

/** Session `at` in the life that began with another. */
export function lifeOf(peer: string, at: number, bornAt: number): Pick<ResumeRequest, 'seat'> {
  const { session, fence } = claimOf(peer, { at });
  const { instance } = claimOf(peer, { at: bornAt });
  return { seat: { peer: asPeer(peer), instance, session, fence } };
}
