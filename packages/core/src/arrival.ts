import type { PeerId, RoomSnapshot } from '@parley/protocol';
import { maySit } from './allowed.ts';
import { roomKey } from './keys.ts';
import { handOut } from './mail.ts';
import type { Membership } from './membership.ts';
import { pause } from './patience.ts';
import type { Clock, Random } from './ports/clock.ts';
import { type ClaimAnswer, DIRECTORY_TIMEOUT_MS, type FormerPeer } from './ports/directory.ts';
import type { ClaimOutcome, Metrics } from './ports/metrics.ts';
import type { Presence } from './presence.ts';
import { announceNow } from './room-view.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { type WelcomeParts, welcomeOf } from './welcome.ts';

export interface ArrivalParts extends WelcomeParts {
  readonly membership: Membership;
  readonly presence: Presence;
  readonly rooms: Rooms;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

/**
 * A socket is open: its peer is claimed, what it comes back to is taken over, and then it is welcome. Rejects if the claim
 * does.
 *
 * What was begun is brought to its end though the socket may be gone by then: of a claim that stands, the seats follow.
 */
export async function arrive(session: Session, parts: ArrivalParts): Promise<void> {
  // A process that slept reads first that somebody came, and only then that he has gone again, and may be elsewhere by now.
  for (let turn = 0; turn < 2; turn += 1)
    await new Promise<void>((resolve) => parts.clock.endOfTurn(resolve));
  if (!session.ended) await claim(session, parts);
}

async function claim(session: Session, parts: ArrivalParts): Promise<void> {
  const answer = await parts.presence.claim(session);
  parts.metrics.claimed(outcomeOf(answer));
  switch (answer.outcome) {
    case 'claimed':
      if (answer.former) takeOver(session, answer.former, parts);
      return session.open(welcomeOf(session, parts));
    case 'resumed':
      return comeBack(session, answer, parts);
    case 'unproven':
      // Its own node may be about to say again what the directory has lost, perhaps since the last beat.
      if (session.comeback) await parts.membership.look();
      if (session.ended) return;
      // A fixed peer was refused only for that, and is never given another name.
      if (session.comeback && (parts.membership.recovering || session.isFixed))
        return session.close('cluster-unavailable', parts.membership.recoveryMs);
      session.startAnew(parts.random.id() as PeerId);
      return claim(session, parts);
    case 'superseded':
      parts.metrics.fenced('claim');
      return session.close('superseded-while-connecting');
    case 'late':
  }
}

/** A new life in the place of an old one, which goes at once. */
function takeOver(session: Session, former: FormerPeer, { presence, rooms }: ArrivalParts): void {
  // First of all, or its node would put back what is taken from it.
  presence.replace(session, former);
  for (const room of former.rooms) void rooms.vacate(session, room, former.instance, 'replaced');
}

/** The life goes on, and with it every seat. The older session hears of it last, when nothing is its own any more. */
async function comeBack(
  session: Session,
  { rooms: claimed, mail, former }: Extract<ClaimAnswer, { outcome: 'resumed' }>,
  parts: ArrivalParts,
): Promise<void> {
  const { presence, rooms, clock } = parts;
  const taken = Promise.all(
    claimed.map(async (room) => {
      const isAllowed = maySit(session.identity, room);
      if (!isAllowed) await rooms.vacate(session, room, session.instance, 'left');
      const isTaken = isAllowed && (await rooms.resume(session, room));
      if (!isTaken) session.rooms.delete(roomKey(session.realm, room));
    }),
  ).then(() => former && presence.replace(session, former));
  const isInTime = await Promise.race([taken.then(() => true), pause(clock, DIRECTORY_TIMEOUT_MS)]);
  if (!isInTime) return session.close('cluster-unavailable');
  session.open(welcomeOf(session, parts, snapshotsFor(session, rooms)), () => {
    handOut(session, mail, parts);
    for (const own of seatsOf(session, rooms)) announceNow(own);
  });
}

function snapshotsFor(session: Session, rooms: Rooms): RoomSnapshot[] {
  return [...session.rooms].flatMap((key) => {
    const own = rooms.seatOf(session, key);
    return own ? (rooms.get(key)?.describe(own.seat) ?? []) : [];
  });
}

const seatsOf = (session: Session, rooms: Rooms) =>
  [...session.rooms].flatMap((key) => rooms.seatOf(session, key) ?? []);

function outcomeOf(answer: ClaimAnswer): ClaimOutcome {
  switch (answer.outcome) {
    case 'claimed':
      return answer.former ? 'taken-over' : 'new';
    case 'late':
      return 'unproven';
    default:
      return answer.outcome;
  }
}
