import { describe, expect, it } from 'vitest';
import type { Directory } from '../ports/directory.ts';
import {
  asPeer,
  changed,
  claimOf,
  fenceAt,
  join,
  joined,
  joinOf,
  LONGER_MS,
  LONG_MS,
  look,
  NODE_1,
  NODE_2,
  NODE_3,
  peersIn,
  refOf,
  ROOM,
  rowOf,
  seatIn,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Joining, leaving, updating; codes, doors, fences, tags. */
export function roomsContract(make: MakeDirectory): void {
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

  describe('rooms: end of life', () => {
    const at = fresh(make);

    it('drops a seat that was not renewed, which frees its place and changes the tag', async () => {
      await join(at().directory, 'ann', { lifeMs: SHORT_MS });
      const { room } = await join(at().directory, 'bob');
      await at().advance(LONGER_MS);

      const after = await look(at().directory);
      expect(peersIn(after)).toEqual(['bob']);
      expect(after.tag).not.toBe(room.tag);
      expect(peersIn((await join(at().directory, 'cat')).room)).toEqual(['bob', 'cat']);
    });

    it('is gone when every seat has lapsed', async () => {
      const { room } = await join(at().directory, 'ann', { lifeMs: SHORT_MS, capacity: 5 });
      await at().advance(LONGER_MS);

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
      const next = await join(at().directory, 'bob', { mode: 'must-be-new', capacity: 3 });
      expect(next.from).toBe('');
      expect(next.room.capacity).toBe(3);
      expect(next.room.epoch > room.epoch).toBe(true);
    });

    it('drops the seats at lost nodes first, in the step that joins', async () => {
      await join(at().directory, 'ann', { node: NODE_1 });
      const { room: before } = await join(at().directory, 'bob', { node: NODE_2 });

      expect(await at().directory.rooms.join(joinOf('cat', { lost: [NODE_3] }))).toEqual({ outcome: 'full' });
      const { from, room } = await join(at().directory, 'cat', { node: NODE_3, lost: [NODE_1] });
      expect(peersIn(room)).toEqual(['bob', 'cat']);
      expect([before.tag, room.tag, '']).not.toContain(from);
    });

    it.each([
      ['join', (directory: Directory) => directory.rooms.join(joinOf('cat'))],
      ['leave', (directory: Directory) => directory.rooms.leave(refOf('bob'))],
      ['update', (directory: Directory) => directory.rooms.update(refOf('bob'), '"new"')],
    ])(
      'lets nobody take a %s for all that changed when something was dropped on the way',
      async (_, change) => {
        await join(at().directory, 'ann', { lifeMs: SHORT_MS, capacity: 3 });
        const { room: before } = await join(at().directory, 'bob');
        await at().advance(LONGER_MS);

        const answer = await change(at().directory);
        if (!('room' in answer)) throw new Error(`refused: ${answer.outcome}`);
        expect(peersIn(answer.room)).not.toContain('ann');
        expect([before.tag, answer.room.tag, '']).not.toContain(answer.from);
      },
    );

    it('is gone when everybody in it was at a lost node', async () => {
      const { room: before } = await join(at().directory, 'ann', { node: NODE_1, capacity: 5 });

      const late = joinOf('bob', { node: NODE_2, mode: 'must-exist', lost: [NODE_1] });
      expect(await at().directory.rooms.join(late)).toEqual({ outcome: 'absent' });
      const next = { node: NODE_2, mode: 'must-be-new', lost: [NODE_1], capacity: 3 } as const;
      const { from, room } = await join(at().directory, 'bob', next);
      expect(from).toBe('');
      expect(room).toMatchObject({ capacity: 3, seats: [{ peer: 'bob' }] });
      expect(room.epoch).not.toBe(before.epoch);
    });

    it('has its tag changed by what is dropped, when the join itself changes nothing', async () => {
      await join(at().directory, 'ann', { node: NODE_1 });
      const { room: before } = await join(at().directory, 'bob', { node: NODE_2 });

      const { from, room } = await join(at().directory, 'bob', { node: NODE_2, lost: [NODE_1] });
      expect(from).toBe(room.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(peersIn(room)).toEqual(['bob']);
    });
  });

  describe('rooms: codes', () => {
    const at = fresh(make);
    const mint = (codeLifeMs: number, lifeMs = LONG_MS) =>
      join(at().directory, 'ann', { mode: 'must-be-new', codeLifeMs, lifeMs });

    it('says how long a code is still good', async () => {
      const { room } = await mint(LONG_MS);

      expect(room.code).toBe(true);
      expect(room.codeExpiresInMs).toBeGreaterThan(LONG_MS / 2);
      expect(room.codeExpiresInMs).toBeLessThanOrEqual(LONG_MS);
    });

    it('stays good with nobody there, and stays the same room', async () => {
      const { room } = await mint(LONG_MS);
      const left = changed(await at().directory.rooms.leave(refOf('ann')));
      expect(left.room.seats).toEqual([]);

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-be-new' }))).toEqual({
        outcome: 'taken',
      });
      const back = await join(at().directory, 'bob', { mode: 'must-exist' });
      expect(back.from).toBe(left.room.tag);
      expect(back.room).toMatchObject({ epoch: room.epoch, capacity: room.capacity, code: true });
    });

    it('stays good when its last seat has lapsed', async () => {
      await mint(LONG_MS, SHORT_MS);
      await at().advance(LONGER_MS);

      expect(peersIn((await join(at().directory, 'bob', { mode: 'must-exist' })).room)).toEqual(['bob']);
    });

    it('ends when its time has passed and nobody is there', async () => {
      await mint(SHORT_MS);
      await at().directory.rooms.leave(refOf('ann'));
      await at().advance(LONGER_MS);

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });

    it('stays as long as somebody sits in it, and goes with the last one', async () => {
      await mint(SHORT_MS);
      await at().advance(LONGER_MS);

      const { room } = await join(at().directory, 'bob', { mode: 'must-exist' });
      expect(room.codeExpiresInMs).toBe(0);
      await at().directory.rooms.leave(refOf('ann'));
      await at().directory.rooms.leave(refOf('bob'));
      expect(await at().directory.rooms.join(joinOf('cat', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });
  });

  describe('rooms: leave', () => {
    const at = fresh(make);

    it('frees the seat and leaves the others as they were', async () => {
      await join(at().directory, 'ann');
      const { room: before } = await join(at().directory, 'bob');

      const { from, room } = changed(await at().directory.rooms.leave(refOf('ann')));
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room.seats).toEqual([seatIn(before, 'bob')]);
      expect(await look(at().directory)).toEqual(room);
    });

    it('ends a room that is no code with its last seat', async () => {
      const { room: before } = await join(at().directory, 'ann');

      const { from, room } = changed(await at().directory.rooms.leave(refOf('ann')));
      expect(from).toBe(before.tag);
      expect(room.seats).toEqual([]);
      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });

    it('finds nothing the second time, and nothing where nobody is', async () => {
      expect(await at().directory.rooms.leave(refOf('ann'))).toEqual({ outcome: 'absent' });
      await join(at().directory, 'ann');
      await join(at().directory, 'bob');
      await at().directory.rooms.leave(refOf('ann'));

      expect(await at().directory.rooms.leave(refOf('ann'))).toEqual({ outcome: 'absent' });
    });

    it('acts only on the seat of its own fence', async () => {
      const { room } = await join(at().directory, 'ann', { at: 2 });

      expect(await at().directory.rooms.leave(refOf('ann', 1))).toEqual({ outcome: 'absent' });
      expect(await at().directory.rooms.leave(refOf('ann', 3))).toEqual({ outcome: 'absent' });
      expect(await look(at().directory)).toEqual(room);
    });
  });

  describe('rooms: update', () => {
    const at = fresh(make);

    it('sets what the seat says of itself, and nothing else', async () => {
      const { room: before } = await join(at().directory, 'ann', { meta: '"old"' });

      const { from, room } = changed(await at().directory.rooms.update(refOf('ann'), '"new"'));
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room.seats).toEqual([{ ...seatIn(before, 'ann'), meta: '"new"' }]);
      expect(await look(at().directory)).toEqual(room);
    });

    it('takes away what the seat said of itself', async () => {
      await join(at().directory, 'ann', { meta: '"old"' });

      const { room } = changed(await at().directory.rooms.update(refOf('ann'), undefined));
      expect(seatIn(room, 'ann')).not.toHaveProperty('meta');
    });

    it('keeps the tag when it says what was said already', async () => {
      const { room } = await join(at().directory, 'ann', { meta: '"same"' });

      expect(await at().directory.rooms.update(refOf('ann'), '"same"')).toEqual({
        outcome: 'changed',
        from: room.tag,
        room,
      });
    });

    it('acts only on the seat of its own fence', async () => {
      const { room } = await join(at().directory, 'ann', { at: 2 });

      expect(await at().directory.rooms.update(refOf('ann', 1), '"x"')).toEqual({ outcome: 'absent' });
      expect(await at().directory.rooms.update(refOf('bob'), '"x"')).toEqual({ outcome: 'absent' });
      expect(await look(at().directory)).toEqual(room);
    });

    it('does not extend the life of the seat', async () => {
      await join(at().directory, 'ann', { lifeMs: SHORT_MS });
      await at().directory.rooms.update(refOf('ann'), '"x"');
      await at().advance(LONGER_MS);

      expect(await at().directory.rooms.update(refOf('ann'), '"y"')).toEqual({ outcome: 'absent' });
    });
  });

  describe('rooms: tags', () => {
    const at = fresh(make);

    it('are new with every change', async () => {
      const { rooms } = at().directory;
      const tags = [
        (await join(at().directory, 'ann')).room.tag,
        joined(await rooms.join(joinOf('bob'))).room.tag,
        changed(await rooms.update(refOf('bob'), '1')).room.tag,
        changed(await rooms.update(refOf('bob'), undefined)).room.tag,
        changed(await rooms.leave(refOf('bob'))).room.tag,
        joined(await rooms.join(joinOf('bob'))).room.tag,
      ];

      expect(new Set(tags).size).toBe(tags.length);
      expect(tags).not.toContain('');
    });
  });
}
