import { isDeepStrictEqual } from 'node:util';
import type { PeerId } from '@parley/protocol';
import type {
  ClaimAnswer,
  KeptSignal,
  PutAnswer,
  RoomChange,
  RoomSnapshot,
  Seat,
} from '../../ports/directory.ts';
import { insist, type Law } from './laws.ts';
import type { ExpectedPut } from './peer-model.ts';
import type { ModelSeat } from './room-model.ts';
import { isWithin } from './span.ts';

/** @throws LawBroken; so do all of these */
export function judgeClaim(expected: ClaimAnswer, answer: ClaimAnswer): void {
  const detail = { expected, answer };
  const differIn = (outcome: ClaimAnswer['outcome']) =>
    (expected.outcome === outcome) !== (answer.outcome === outcome);
  insist('owner', !differIn('superseded'), detail);
  insist('resume', !differIn('resumed'), detail);
  insist('right', expected.outcome === answer.outcome, detail);
  if (expected.outcome === 'resumed' && answer.outcome === 'resumed') judgeMail(expected.mail, answer.mail);
  insist('life', isDeepStrictEqual(answer, expected), detail);
}

export function judgeOwner(expected: string, answer: string): void {
  const detail = { expected, answer };
  insist('owner', (expected === 'superseded') === (answer === 'superseded'), detail);
  insist('waits', (expected === 'mail-waits') === (answer === 'mail-waits'), detail);
  insist('place', expected === answer, detail);
}

export function judgePut(expected: ExpectedPut, answer: PutAnswer): void {
  const detail = { expected, answer };
  const differIn = (outcome: PutAnswer['outcome']) =>
    (expected.outcome === outcome) !== (answer.outcome === outcome);
  insist('window', !differIn('gone'), detail);
  insist('bounds', !differIn('full'), detail);
  if (expected.outcome === 'kept' && answer.outcome === 'kept')
    return insist('window', isWithin(answer.forMs, expected.forMs), detail);
  insist('place', isDeepStrictEqual(answer, expected), detail);
}

/** What the room is after a step, as against what it should be. `law`: what is broken if the seats are not those. */
export function judgeSeats(
  expected: ReadonlyMap<PeerId, ModelSeat>,
  { seats }: RoomSnapshot,
  law: Law,
): void {
  const detail = { expected: [...expected.values()], seats };
  for (const seat of seats) {
    const wanted = expected.get(seat.peer);
    insist(seat.awayUntilMs === undefined ? law : 'window', wanted !== undefined, detail);
    if (wanted) judgeSeat(wanted, seat, law);
  }
  for (const wanted of expected.values())
    insist(
      wanted.awayUntil ? 'window' : law,
      seats.some(({ peer }) => peer === wanted.peer),
      detail,
    );
}

function judgeSeat(wanted: ModelSeat, { awayUntilMs, ...seat }: Seat, law: Law): void {
  const { awayUntil, until: _, joinedAt, ...rest } = wanted;
  const detail = { wanted, seat, awayUntilMs };
  insist(law, isDeepStrictEqual(seat, { ...rest, joinedAt: joinedAt ?? seat.joinedAt }), detail);
  insist(law, (awayUntil === undefined) === (awayUntilMs === undefined), detail);
  if (awayUntil) insist('window', isWithin(awayUntilMs ?? 0, awayUntil), detail);
}

/** `hasFound`: what nobody was told of had changed before. */
export function judgeStep(
  before: RoomSnapshot,
  { from, room }: RoomChange,
  actor: PeerId,
  hasFound: boolean,
): void {
  const detail = { before, from, room, actor };
  insist('step', (from === before.tag) === !hasFound, detail);
  const others = (snapshot: RoomSnapshot) => snapshot.seats.filter(({ peer }) => peer !== actor);
  if (hasFound) return;
  insist('step', isDeepStrictEqual(others(before), others(room)), detail);
  insist('step', (from === room.tag) === isDeepStrictEqual(before.seats, room.seats), detail);
}

function judgeMail(expected: readonly KeptSignal[], mail: readonly KeptSignal[]): void {
  const detail = { expected: shortly(expected), mail: shortly(mail) };
  const [wanted, had] = [expected, mail].map((all) => all.map(({ text }) => text));
  insist(
    'mailTwice',
    had?.every((text, n) => wanted?.includes(text) && had.indexOf(text) === n) ?? false,
    detail,
  );
  insist('mailLost', wanted?.every((text) => had?.includes(text)) ?? false, detail);
  insist('mailOrder', isDeepStrictEqual(wanted, had), detail);
  insist('mailed', isDeepStrictEqual(expected, mail), detail);
}

const shortly = (mail: readonly KeptSignal[]) =>
  mail.map(({ text, mailed }) => `${text.slice(0, 12)} ${mailed}`);
