import { describe, expect, it } from 'vitest';
import type { RoomSnapshot, SeatRef } from '../ports/directory.ts';
import { awayOf, resumeOf } from './room-samples.ts';
import {
  assertionOf,
  changed,
  factsOf,
  fenceAt,
  join,
  joinOf,
  LONGER_MS,
  LONG_MS,
  look,
  NODE_1,
  NODE_2,
  NODE_3,
  ownSeat,
  peersIn,
  readingOf,
  refOf,
  rowOf,
  seatIn,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory, type DirectorySubject } from './subject.ts';

/** Seats whose peers are away. */
export function roomAwayContract(make: MakeDirectory): void {
  describe('rooms: away', () => {
    const at = fresh(make);
    const away = (peer: string, awayMs = LONG_MS, more: Partial<SeatRef> & { lifeMs?: number } = {}) =>
      awayOf(at(), peer, awayMs, more);

    it('keeps the seat, and says until when, which is a change like any other', async () => {
      await join(at().directory, 'ann', { meta: '"hi"' });
      const { room: before } = await join(at().directory, 'bob');
      const nowMs = await timeOf(at());

      const { from, room } = changed(await away('ann'));
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room.seats).toEqual([
        { ...seatIn(before, 'ann'), awayUntilMs: expect.any(Number) },
        seatIn(before, 'bob'),
      ]);
      expect(awayUntil(room, 'ann')).toBeGreaterThanOrEqual(nowMs + LONG_MS);
      expect(awayUntil(room, 'ann')).toBeLessThan(nowMs + 2 * LONG_MS);
      expect(await look(at().directory)).toEqual(room);
    });

    it('does not grow longer by being said again', async () => {
      await join(at().directory, 'ann');
      const { room } = changed(await away('ann', LONG_MS));

      expect(await away('ann', 2 * LONG_MS)).toEqual({ outcome: 'changed', from: room.tag, room });
    });

    it('holds its place in a full room', async () => {
      await join(at().directory, 'ann', { capacity: 1 });
      await away('ann');

      expect(await at().directory.rooms.join(joinOf('bob'))).toEqual({ outcome: 'full' });
    });

    it('lives for as long as is said with it, and not for as long as its window', async () => {
      await join(at().directory, 'ann', { lifeMs: SHORT_MS });
      await join(at().directory, 'bob', { lifeMs: SHORT_MS });
      await away('ann', LONG_MS, { lifeMs: LONG_MS });
      await away('bob', LONG_MS, { lifeMs: SHORT_MS });
      await at().advance(LONGER_MS);

      expect(peersIn(await look(at().directory))).toEqual(['ann']);
    });

    it('acts only on the seat of its own fence', async () => {
      const { room } = await join(at().directory, 'ann', { at: 2 });

      for (const fence of [fenceAt('ann', 1), fenceAt('ann', 3)])
        expect(await away('ann', LONG_MS, { fence })).toEqual({ outcome: 'absent' });
      expect(await look(at().directory)).toEqual(room);
    });

    it.each([
      { how: 'join', isToldTo: 'read again' },
      { how: 'resume', isToldTo: 'read again' },
      { how: 'assert', isToldTo: 'nobody' },
    ] as const)('ends with its window for whoever reads it by $how', async ({ how, isToldTo }) => {
      await join(at().directory, 'ann');
      await join(at().directory, 'bob');
      const { room: before } = changed(await away('ann', SHORT_MS));
      await at().advance(LONGER_MS);

      const { from, room } = await readingBy(at(), how, before);
      expect(peersIn(room)).toEqual(['bob']);
      expect(room.tag).not.toBe(before.tag);
      expect(from === before.tag).toBe(isToldTo === 'nobody');
    });

    it('does not end by leave and update, which read nothing', async () => {
      await join(at().directory, 'ann', { capacity: 3 });
      await join(at().directory, 'bob');
      await join(at().directory, 'cat');
      const { room: before } = changed(await away('ann', SHORT_MS));
      await at().advance(LONGER_MS);

      const updated = changed(await at().directory.rooms.update(refOf('bob'), '"new"'));
      expect(updated.from).toBe(before.tag);
      const left = changed(await at().directory.rooms.leave(refOf('bob')));
      expect(peersIn(left.room)).toEqual(['ann', 'cat']);
    });

    it('does not end while the directory was out of reach', async () => {
      await join(at().directory, 'ann');
      await away('ann', SHORT_MS);
      await at().advance(LONGER_MS);
      const nowMs = await timeOf(at());

      const merciful = readingOf({ mercyUntilMs: nowMs + LONG_MS });
      expect(peersIn((await at().directory.rooms.assert(onlooking({ reading: merciful }))).room)).toEqual([
        'ann',
      ]);
      const over = readingOf({ mercyUntilMs: nowMs - 1 });
      expect((await at().directory.rooms.assert(onlooking({ reading: over }))).room.seats).toEqual([]);
    });

    it('ends the room with the window of its last seat', async () => {
      await join(at().directory, 'ann');
      await away('ann', SHORT_MS);
      await at().advance(LONGER_MS);

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });

    it('ends when the seat is given up, by its own session or by a later one', async () => {
      await join(at().directory, 'ann');
      await join(at().directory, 'bob');
      await away('ann');
      await away('bob');

      expect(changed(await at().directory.rooms.leave(refOf('ann'))).room.seats).toHaveLength(1);
      expect(await at().directory.rooms.leave(refOf('bob', 2))).toEqual({ outcome: 'absent' });
      const earlier = { ...refOf('bob', 2), earlier: true };
      expect(changed(await at().directory.rooms.leave(earlier)).room.seats).toEqual([]);
    });

    it('is never ended by an earlier session, whatever it says', async () => {
      const { room } = await join(at().directory, 'ann', { at: 2 });

      expect(await at().directory.rooms.leave({ ...refOf('ann', 1), earlier: true })).toEqual({
        outcome: 'absent',
      });
      expect(await look(at().directory)).toEqual(room);
    });

    it('is not ended by a session that gives up its earlier seats after it has taken this one', async () => {
      await join(at().directory, 'ann', { at: 1 });
      const { room } = await join(at().directory, 'ann', { at: 2 });
      const late = { ...refOf('ann', 2), earlier: true };

      expect(await at().directory.rooms.leave(late)).toEqual({ outcome: 'absent' });
      expect(await look(at().directory)).toEqual(room);
      expect(await at().directory.rooms.leave(refOf('ann', 2))).toMatchObject({ outcome: 'changed' });
    });

    it('ends when the same session joins again', async () => {
      await join(at().directory, 'ann');
      const { room: before } = changed(await away('ann'));

      const { from, room } = await join(at().directory, 'ann');
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(seatIn(room, 'ann')).not.toHaveProperty('awayUntilMs');
    });

    it('ends when its node asserts the seat', async () => {
      const { room: first } = await join(at().directory, 'ann');
      const { room: before } = changed(await away('ann'));
      const own = ownSeat('ann', seatIn(first, 'ann').joinedAt);

      const { from, room } = await at().directory.rooms.assert(assertionOf([own], { facts: first }));
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room.seats).toEqual(first.seats);
    });

    it('does not end because its node asserts other seats', async () => {
      await join(at().directory, 'ann');
      const { room } = changed(await away('ann'));

      const { from, room: after } = await at().directory.rooms.assert(assertionOf([], { facts: room }));
      expect(from).toBe(room.tag);
      expect(after).toEqual(room);
    });

    it('is found of seats at lost nodes, once', async () => {
      await join(at().directory, 'ann', { node: NODE_1, capacity: 3 });
      const { room: before } = await join(at().directory, 'bob', { node: NODE_2 });
      const reading = readingOf({ lost: [NODE_3, NODE_2] });

      const first = await at().directory.rooms.assert(onlooking({ reading }));
      expect(first.from).toBe(before.tag);
      expect(first.room.tag).not.toBe(before.tag);
      expect(first.room.seats).toEqual([
        seatIn(before, 'ann'),
        { ...seatIn(before, 'bob'), awayUntilMs: expect.any(Number) },
      ]);
      expect(await at().directory.rooms.assert(onlooking({ reading }))).toEqual({
        from: first.room.tag,
        room: first.room,
        refused: [],
      });
    });

    it('is found by a join that is refused, too: the windows of those at lost nodes have begun', async () => {
      await join(at().directory, 'ann', { capacity: 1, node: NODE_2 });
      const asked = joinOf('bob', { reading: readingOf({ lost: [NODE_2], awayMs: SHORT_MS }) });

      expect(await at().directory.rooms.join(asked)).toEqual({ outcome: 'full' });
      await at().advance(LONGER_MS);
      expect((await at().directory.rooms.join(asked)).outcome).toBe('joined');
    });
  });
}

/** What bob learns of the room, in which he sits. */
async function readingBy(
  { directory }: DirectorySubject,
  how: 'join' | 'assert' | 'resume',
  room: RoomSnapshot,
) {
  const own = ownSeat('bob', seatIn(room, 'bob').joinedAt);
  switch (how) {
    case 'join':
      return join(directory, 'bob');
    case 'assert':
      return directory.rooms.assert(assertionOf([own], { facts: room }));
    case 'resume':
      return changed(await directory.rooms.resume(resumeOf('bob', 2, {})));
  }
}

/** An assertion by a node with nobody in the room. */
const onlooking = (more: Partial<Parameters<typeof assertionOf>[1]>) =>
  assertionOf([], { node: NODE_3, facts: factsOf(), ...more });

const awayUntil = (room: RoomSnapshot, peer: string) => seatIn(room, peer).awayUntilMs;

const timeOf = async ({ directory }: DirectorySubject) =>
  (await directory.nodes.beat(rowOf(NODE_1), LONG_MS)).nowMs;
