import { describe, expect, it } from 'vitest';
import {
  asPeer,
  claimOf,
  fenceAt,
  join,
  joinOf,
  LONGER_MS,
  LONG_MS,
  look,
  NODE_1,
  NODE_2,
  peersIn,
  refOf,
  ROOM,
  rowOf,
  seatIn,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Taking a seat: of a new room or of one that is there, again, later, at the door. */
export function roomJoinContract(make: MakeDirectory): void {
  describe('rooms: join', () => {
    const at = fresh(make);

    it('makes the room that is not there, as it was asked for', async () => {
      const { from, room } = await join(at().directory, 'ann', { capacity: 5, meta: '{"n":1}' });

      expect(from).toBe('');
      expect(room).toEqual({
        key: ROOM,
        epoch: expect.stringMatching(/./),
        capacity: 5,
        code: false,
        tag: expect.stringMatching(/./),
        seats: [{ ...claimOf('ann', { meta: '{"n":1}' }), node: NODE_1, joinedAt: expect.any(Number) }],
      });
    });

    it('joins the room that is there, whose own capacity counts', async () => {
      const first = await join(at().directory, 'ann', { capacity: 3 });
      const second = await join(at().directory, 'bob', { capacity: 64, node: NODE_2 });

      expect(second.from).toBe(first.room.tag);
      expect(second.room.epoch).toBe(first.room.epoch);
      expect(second.room.capacity).toBe(3);
      expect(second.room.seats).toEqual([seatIn(first.room, 'ann'), seatIn(second.room, 'bob')]);
      expect(seatIn(second.room, 'bob').node).toBe(NODE_2);
    });

    it('orders the seats by when they were taken', async () => {
      for (const peer of ['zoe', 'ann', 'max', 'bob']) await join(at().directory, peer, { capacity: 4 });

      const { seats } = await look(at().directory);
      expect(seats.map((seat) => seat.peer)).toEqual(['zoe', 'ann', 'max', 'bob']);
      const joinedAt = seats.map((seat) => seat.joinedAt);
      expect(joinedAt).toEqual(joinedAt.toSorted((a, b) => a - b));
      expect(new Set(joinedAt).size).toBe(4);
    });

    it('never gives a joinedAt again while the room lives', async () => {
      await join(at().directory, 'ann');
      const bob = seatIn((await join(at().directory, 'bob')).room, 'bob');
      await at().directory.rooms.leave(refOf('bob'));

      expect(seatIn((await join(at().directory, 'cat')).room, 'cat').joinedAt).toBeGreaterThan(bob.joinedAt);
    });

    it('refuses who finds it full, and changes nothing', async () => {
      await join(at().directory, 'ann');
      const { room } = await join(at().directory, 'bob');

      expect(await at().directory.rooms.join(joinOf('cat'))).toEqual({ outcome: 'full' });
      expect(await look(at().directory)).toEqual(room);
    });

    it('keeps rooms apart', async () => {
      await join(at().directory, 'ann', { capacity: 1 });

      const { room } = await join(at().directory, 'bob', { key: `${ROOM}/too` as typeof ROOM, capacity: 1 });
      expect(peersIn(room)).toEqual(['bob']);
    });

    it('with must-exist joins only what is there', async () => {
      expect(await at().directory.rooms.join(joinOf('ann', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
      await join(at().directory, 'ann');

      expect((await join(at().directory, 'bob', { mode: 'must-exist' })).outcome).toBe('joined');
    });

    it('with must-be-new makes only what is not there', async () => {
      await join(at().directory, 'ann', { mode: 'must-be-new' });

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-be-new' }))).toEqual({
        outcome: 'taken',
      });
    });

    it('does nothing when it comes too late', async () => {
      const { nowMs } = await at().directory.nodes.beat(rowOf(NODE_1), LONG_MS);

      expect(await at().directory.rooms.join(joinOf('ann', { notAfterMs: nowMs - 1 }))).toEqual({
        outcome: 'late',
      });
      expect((await look(at().directory)).tag).toBe('');
    });

    it('does not refuse who comes in time', async () => {
      const { nowMs } = await at().directory.nodes.beat(rowOf(NODE_1), LONG_MS);

      expect((await join(at().directory, 'ann', { notAfterMs: nowMs + LONG_MS })).outcome).toBe('joined');
    });
  });

  describe('rooms: join again', () => {
    const at = fresh(make);

    it('finds its own seat as it was, also when the room is full', async () => {
      await join(at().directory, 'ann', { meta: '"first"' });
      const { room } = await join(at().directory, 'bob');

      const again = await join(at().directory, 'ann', { meta: '"second"' });
      expect(again.from).toBe(room.tag);
      expect(again.room).toEqual(room);
    });

    it('finds its own seat with must-be-new too, because the first answer may have been lost', async () => {
      const { room } = await join(at().directory, 'ann', { mode: 'must-be-new' });

      expect(await join(at().directory, 'ann', { mode: 'must-be-new' })).toEqual({
        outcome: 'joined',
        from: room.tag,
        room,
      });
    });

    it('extends the life of its own seat', async () => {
      await join(at().directory, 'ann', { lifeMs: SHORT_MS });
      await join(at().directory, 'ann', { lifeMs: LONG_MS });
      await at().advance(LONGER_MS);

      expect(peersIn(await look(at().directory))).toEqual(['ann']);
    });

    it('is superseded by a later claim to the same peer', async () => {
      const { room } = await join(at().directory, 'ann', { at: 2 });

      expect(await at().directory.rooms.join(joinOf('ann', { at: 1 }))).toEqual({ outcome: 'superseded' });
      expect(await look(at().directory)).toEqual(room);
    });

    it('with a later claim takes a new seat for the old one, without counting twice', async () => {
      const old = seatIn((await join(at().directory, 'ann', { at: 1 })).room, 'ann');
      const { room: before } = await join(at().directory, 'bob');

      const { from, room } = await join(at().directory, 'ann', { at: 2, node: NODE_2 });
      expect(from).toBe(before.tag);
      expect(peersIn(room)).toEqual(['bob', 'ann']);
      expect(seatIn(room, 'ann')).toMatchObject({ fence: fenceAt('ann', 2), node: NODE_2 });
      expect(seatIn(room, 'ann').joinedAt).toBeGreaterThan(old.joinedAt);
    });
  });

  describe('rooms: door', () => {
    const at = fresh(make);
    const door = [asPeer('ann'), asPeer('bob')];

    it('lets in who is named at the door, and nobody else', async () => {
      const { room } = await join(at().directory, 'ann', { capacity: 3, door });
      expect(room.door).toEqual(door);

      expect(await at().directory.rooms.join(joinOf('cat'))).toEqual({ outcome: 'not-at-the-door' });
      expect(peersIn((await join(at().directory, 'bob')).room)).toEqual(['ann', 'bob']);
    });

    it('does not let its own maker in who is not named', async () => {
      expect(await at().directory.rooms.join(joinOf('cat', { door }))).toEqual({
        outcome: 'not-at-the-door',
      });
      expect(await at().directory.rooms.join(joinOf('ann', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });

    it('counts as it was when the room was made', async () => {
      await join(at().directory, 'ann', { capacity: 3, door });
      const request = joinOf('cat', { door: [asPeer('cat')] });
      expect(await at().directory.rooms.join(request)).toEqual({ outcome: 'not-at-the-door' });
    });

    it('is not put up in front of a room that has none', async () => {
      await join(at().directory, 'ann', { capacity: 3 });
      await join(at().directory, 'bob', { door });

      expect(peersIn((await join(at().directory, 'cat')).room)).toEqual(['ann', 'bob', 'cat']);
    });
  });
}
