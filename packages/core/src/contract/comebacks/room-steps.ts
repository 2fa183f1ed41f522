import type { JoinAnswer, SeatAnswer } from '../../ports/directory.ts';
import { FAR_MS } from '../samples.ts';
import type { History } from './history.ts';
import { judgeSeats, judgeStep } from './judge.ts';
import { insist, type Law } from './laws.ts';
import { type Member, seatOf, type Session } from './member.ts';
import type { ModelSeat } from './room-model.ts';
import type { RoomStep } from './steps.ts';

type SeatStep = Exclude<RoomStep, { kind: 'assert-seats' }>;
type NodeStep = Extract<RoomStep, { kind: 'assert-seats' }>;

/** Carries out what happens in the room, there and in its model; answers which law is broken if the room is not as it should be. */
export async function carryOutOnRoom(
  history: History,
  member: Member | undefined,
  step: RoomStep,
): Promise<Law | undefined> {
  if (step.kind === 'assert-seats') return assertSeats(history, step);
  const session = member?.session(step.back);
  if (!member || !session) return;
  const law = lawOf(history.room.seats.get(member.peer), session, step);
  const { answer, expected } = await changeSeat(history, member, session, step);
  insist(law, answer.outcome === expected, { answer, expected });
  if ('room' in answer) {
    judgeSeats(history.room.seats, answer.room, law);
    judgeStep(history.seen, answer, member.peer, history.room.hasFound);
  }
  return law;
}

/** What is broken if the seat of this session is not as it should be afterwards. */
function lawOf(there: ModelSeat | undefined, { claim, instance }: Session, { kind }: SeatStep): Law {
  if (there && there.fence > claim.fence) return 'oldEnd';
  if (kind === 'seat-resume' && there?.awayUntil) return 'window';
  return there?.instance === instance && (kind === 'join' || kind === 'seat-resume') ? 'moved' : 'seats';
}

async function changeSeat(
  history: History,
  { peer }: Member,
  session: Session,
  step: SeatStep,
): Promise<{ answer: SeatAnswer | JoinAnswer; expected: (SeatAnswer | JoinAnswer)['outcome'] }> {
  const { key, room, directory } = history;
  const { rooms } = directory;
  const { node, fence } = session.claim;
  const ref = { key, peer, fence };
  switch (step.kind) {
    case 'join': {
      const { capacity, lifeMs } = step;
      const seat = seatOf(session, peer, step.meta);
      const own = { key, node, seat, capacity, lifeMs, mode: 'may-create' as const, notAfterMs: FAR_MS };
      const request = { ...own, reading: history.readingOf(step.reading) };
      const answer = await history.time(() => rooms.join(request));
      return { answer, expected: room.join(request) };
    }
    case 'seat-away': {
      const answer = await history.time(() => rooms.away(ref, step.awayMs, step.lifeMs));
      return { answer, expected: room.away(ref, step.awayMs, step.lifeMs) ? 'changed' : 'absent' };
    }
    case 'seat-resume': {
      const seat = seatOf(session, peer);
      const request = { key, node, seat, lifeMs: step.lifeMs, reading: history.readingOf(step.reading) };
      const answer = await history.time(() => rooms.resume(request));
      return { answer, expected: room.resume(request) ? 'changed' : 'absent' };
    }
    case 'leave': {
      const seat = { ...ref, earlier: step.isOfEarlier };
      const answer = await history.time(() => rooms.leave(seat));
      return { answer, expected: room.leave(seat) ? 'changed' : 'absent' };
    }
    case 'update': {
      const answer = await history.time(() => rooms.update(ref, step.meta));
      return { answer, expected: room.update(ref, step.meta) ? 'changed' : 'absent' };
    }
  }
}

async function assertSeats(
  history: History,
  { node, without, lifeMs, reading }: NodeStep,
): Promise<undefined> {
  const own = [...history.members]
    .filter((member) => !without || member !== history.member(without))
    .map((member) => member.seatAt(node))
    .filter((seat) => seat !== undefined);
  const { key, facts, room } = history;
  const said = {
    key,
    facts,
    node,
    seats: own,
    lifeMs,
    reading: history.readingOf(reading),
    notAfterMs: FAR_MS,
  };
  const { refused } = await history.time(() => history.directory.rooms.assert(said));
  const expected = room.assert(node, own, facts.capacity, lifeMs, said.reading);
  insist('seats', refused.toSorted().join() === expected.toSorted().join(), { refused, expected });
}
