import type { MatchWish } from './queue-view.ts';
import type { Member } from './member.ts';
import { LIMITS } from './limits.ts';
import { pause } from './patience.ts';
import type { Clock } from './ports/clock.ts';
import { type Match, Unavailable } from './ports/directory.ts';
import type { JoinOutcome, JoinWish } from './room-commands.ts';
import type { Rooms } from './rooms.ts';

/** Tries to take the seat of a complete match, and the time between them. */
const ATTEMPTS = 20;
const PAUSE_MS = 500;

/**
 * A match is complete: an ordinary join of its room, whose door is the list of its members. Resolves when the member has been
 * told: by `joined`, once everybody is there or the time for that is over, else by an error.
 */
export async function takeSeat(
  rooms: Rooms,
  member: Member,
  match: Match,
  wish: MatchWish,
  clock: Clock,
): Promise<JoinOutcome | 'unavailable'> {
  const { queue, size, meta } = wish;
  let tell = () => {};
  const told = new Promise<void>((resolve) => (tell = resolve));
  const outcome = await joinPatiently(rooms, member, clock, {
    room: match.room,
    meta,
    capacity: size,
    mode: 'may-create',
    door: match.members.map(({ peer }) => peer),
    announceAt: size,
    announce(view, seat) {
      member.send({ type: 'joined', queue, size, ...view.describe(seat) });
      tell();
    },
  });
  // Who loses its seat before is never told.
  if (outcome === 'joined') await Promise.race([told, pause(clock, LIMITS.matchConfirmMs)]);
  else if (outcome === 'superseded') member.close('replaced');
  else member.fail(outcome === 'unavailable' ? 'cluster-unavailable' : 'match-timeout', { queue, size });
  return outcome;
}

async function joinPatiently(
  rooms: Rooms,
  member: Member,
  clock: Clock,
  wish: JoinWish,
): Promise<JoinOutcome | 'unavailable'> {
  for (let attempt = 1; attempt <= ATTEMPTS && !member.ended; attempt += 1) {
    try {
      return await rooms.join(member, wish);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      await pause(clock, PAUSE_MS);
    }
  }
  return 'unavailable';
}
