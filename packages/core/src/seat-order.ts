import type { Seat } from './ports/directory.ts';

/**
 * The order of seats. Two that were taken at the same time, in two rooms that came to be one, are ordered by their names, on
 * every node alike.
 */
export const byJoining = (a: Pick<Seat, 'joinedAt' | 'peer'>, b: Pick<Seat, 'joinedAt' | 'peer'>): number =>
  a.joinedAt - b.joinedAt || (a.peer < b.peer ? -1 : 1);
