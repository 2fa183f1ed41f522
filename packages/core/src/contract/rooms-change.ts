import { describe, expect, it } from 'vitest';
import { changed, join, joined, joinOf, LONGER_MS, look, refOf, seatIn, SHORT_MS } from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Leaving, updating, and the tags that tell one state of a room from every other. */
export function roomChangeContract(make: MakeDirectory): void {
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
