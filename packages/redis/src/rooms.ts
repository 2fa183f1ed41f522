import {
  byJoining,
  type JoinAnswer,
  type OwnSeat,
  type Random,
  type RoomChange,
  type RoomDirectory,
  type RoomKey,
  type RoomSnapshot,
  type Seat,
  type SeatAnswer,
  type SeatRef,
  Unavailable,
} from '@parley/core';
import type { PeerId } from '@parley/protocol';

import { claimWords, readEntry, SEAT_WORDS } from './entry.ts';
import type { Keys } from './keys.ts';
import { readingArgs } from './reading.ts';
import type { Reply, ScriptName, Scripts } from './scripts.ts';

export function redisRooms(scripts: Scripts, keys: Keys, random: Random): RoomDirectory {
  async function change(name: ScriptName, seat: SeatRef, ...more: (string | number)[]): Promise<SeatAnswer> {
    const args = [random.id(), seat.peer, seat.fence, ...more];
    return seatAnswer(seat.key, await scripts.run(name, keys.room(seat.key), args));
  }

  return {
    async join({
      key,
      node,
      seat,
      capacity,
      mode,
      codeLifeMs,
      door,
      lifeMs,
      reading,
      notAfterMs,
    }): Promise<JoinAnswer> {
      const own = [node, seat.peer, seat.fence, claimWords(seat), lifeMs];
      const made = [capacity, mode === 'must-be-new' ? (codeLifeMs ?? '') : '', doorText(door)];
      const args = [random.id(), notAfterMs, ...own, mode, ...made, ...readingArgs(reading)];
      const reply = await scripts.run('join', keys.room(key), args);
      const outcome = reply[0] as JoinAnswer['outcome'];
      return outcome === 'joined' ? { outcome, ...roomChange(key, reply) } : { outcome };
    },
    leave: (seat) => change('leave', seat, seat.earlier ? 1 : ''),
    update: (seat, meta) => change('update', seat, meta ?? ''),
    away: (seat, awayMs, lifeMs) => change('away-seat', seat, awayMs, lifeMs),
    async resume({ key, node, seat: { peer, fence, session, instance }, lifeMs, reading }) {
      const args = [random.id(), node, peer, fence, session, instance, lifeMs, ...readingArgs(reading)];
      return seatAnswer(key, await scripts.run('resume-seat', keys.room(key), args));
    },
    async assert({ key, facts, node, seats, spared = [], codeLifeMs, lifeMs, reading, notAfterMs }) {
      const own = [facts.epoch, facts.capacity, facts.code ? 1 : 0, codeLifeMs ?? '', doorText(facts.door)];
      const args = [
        random.id(),
        notAfterMs,
        node,
        lifeMs,
        ...own,
        spared.join(' '),
        seats.length,
        ...seats.flatMap(ownSeatArgs),
        ...readingArgs(reading),
      ];
      const reply = await scripts.run('assert-seats', keys.room(key), args);
      if (reply[0] === 'late') throw new Unavailable('the assertion came too late');
      const refused = String(reply[0]).split(' ').filter(Boolean) as PeerId[];
      return { ...roomChange(key, reply), refused };
    },
  };
}

function ownSeatArgs(seat: OwnSeat): (string | number)[] {
  return [seat.peer, seat.fence, seat.joinedAt, claimWords(seat)];
}

/** Lists travel as the text they are kept as: Lua's cjson would make `{}` of an empty one. */
function doorText(door: readonly PeerId[] | undefined): string {
  return door ? JSON.stringify(door) : '';
}

function seatAnswer(key: RoomKey, reply: Reply): SeatAnswer {
  return reply[0] === 'changed' ? { outcome: 'changed', ...roomChange(key, reply) } : { outcome: 'absent' };
}

/** See `room_reply` of `scripts/shared/room.lua`. */
function roomChange(key: RoomKey, reply: Reply): RoomChange {
  const [, from, tag, epoch, capacity, code, leftMs, door] = reply;
  const seats: Seat[] = [];
  for (let at = 8; at < reply.length; at += 2)
    seats.push(readSeat(reply[at] as PeerId, String(reply[at + 1])));
  seats.sort(byJoining);
  const room: RoomSnapshot = {
    key,
    tag: String(tag),
    epoch: String(epoch),
    capacity: Number(capacity),
    code: code === '1',
    seats,
    ...(door && { door: JSON.parse(String(door)) as PeerId[] }),
    ...(code === '1' && { codeExpiresInMs: Number(leftMs) }),
  };
  return { from: String(from), room };
}

function readSeat(peer: PeerId, line: string): Seat {
  const { claim, at, words } = readEntry(peer, line, SEAT_WORDS);
  const awayUntilMs = Number(words[3]);
  // Not spread: V8 gives a copy of what has many shapes a shape of its own, which is larger than the seat.
  return Object.assign(claim, { joinedAt: at }, awayUntilMs > 0 && { awayUntilMs });
}
