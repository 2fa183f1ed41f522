import { describe, expect, it } from 'vitest';
import type { ResumeRequest } from '../ports/directory.ts';
import { awayOf, lifeOf, resumeOf } from './room-samples.ts';
import {
  asPeer,
  assertionOf,
  changed,
  claimOf,
  fenceAt,
  join,
  joinOf,
  LONGER_MS,
  LONG_MS,
  look,
  NODE_1,
  NODE_2,
  ownSeat,
  peersIn,
  refOf,
  seatIn,
  sessionOf,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Who comes back to a seat. */
export function roomResumeContract(make: MakeDirectory): void {
  describe('rooms: resume', () => {
    const at = fresh(make);
    const resume = (peer: string, session: number, more: Partial<ResumeRequest> = {}) =>
      at().directory.rooms.resume(resumeOf(peer, session, more));

    it.each(['away', 'here'])('has the seat of an earlier session that was %s, as it was', async (where) => {
      await join(at().directory, 'ann', { meta: '"hi"' });
      const { room: joined } = await join(at().directory, 'bob');
      if (where === 'away') await awayOf(at(), 'ann', LONG_MS);
      const before = await look(at().directory);

      const { from, room } = changed(await resume('ann', 2, { node: NODE_2 }));
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      const moved = { node: NODE_2, session: sessionOf('ann', 2), fence: fenceAt('ann', 2) };
      expect(room.seats).toEqual([{ ...seatIn(joined, 'ann'), ...moved }, seatIn(joined, 'bob')]);
      expect(await look(at().directory)).toEqual(room);
    });

    it('finds nothing to change the second time', async () => {
      await join(at().directory, 'ann');
      const { room } = changed(await resume('ann', 2));

      expect(await resume('ann', 2)).toEqual({ outcome: 'changed', from: room.tag, room });
    });

    it('lets the seat live from now on', async () => {
      await join(at().directory, 'ann', { lifeMs: SHORT_MS });
      await resume('ann', 2, { lifeMs: LONG_MS });
      await at().advance(LONGER_MS);

      expect(peersIn(await look(at().directory))).toEqual(['ann']);
    });

    it('finds no seat of a later session, of another life, or of nobody', async () => {
      expect(await resume('ann', 2)).toEqual({ outcome: 'absent' });
      const { room } = await join(at().directory, 'ann', { at: 3 });

      expect(await resume('ann', 2, lifeOf('ann', 2, 3))).toEqual({ outcome: 'absent' });
      expect(await resume('ann', 4)).toEqual({ outcome: 'absent' });
      expect(await look(at().directory)).toEqual(room);
    });

    it('finds no seat whose window has ended', async () => {
      await join(at().directory, 'ann');
      await awayOf(at(), 'ann', SHORT_MS);
      await at().advance(LONGER_MS);

      expect(await resume('ann', 2)).toEqual({ outcome: 'absent' });
    });

    it('leaves nothing to the earlier session', async () => {
      await join(at().directory, 'ann', { node: NODE_1 });
      const { room } = changed(await resume('ann', 2, { node: NODE_2 }));

      expect(await at().directory.rooms.leave(refOf('ann', 1))).toEqual({ outcome: 'absent' });
      expect(await at().directory.rooms.update(refOf('ann', 1), '"x"')).toEqual({ outcome: 'absent' });
      expect(await awayOf(at(), 'ann', LONG_MS)).toEqual({ outcome: 'absent' });
      const own = [ownSeat('ann', seatIn(room, 'ann').joinedAt)];
      const answer = await at().directory.rooms.assert(assertionOf(own, { facts: room }));
      expect(answer).toEqual({ from: room.tag, room, refused: ['ann'] });
    });

    it('happens by a join, too, which may say something else of itself', async () => {
      await join(at().directory, 'ann', { meta: '"old"', door: [asPeer('ann'), asPeer('bob')] });
      const { room: before } = await join(at().directory, 'bob');
      await awayOf(at(), 'ann', LONG_MS);
      const later = { ...claimOf('ann', { at: 2 }), instance: claimOf('ann').instance };

      const same = await join(at().directory, 'ann', { seat: later, node: NODE_2 });
      const moved = { node: NODE_2, session: later.session, fence: later.fence };
      expect(same.room.seats).toEqual([{ ...seatIn(before, 'ann'), ...moved }, seatIn(before, 'bob')]);
      const last = { ...claimOf('ann', { at: 3, meta: '"new"' }), instance: later.instance };
      const other = await join(at().directory, 'ann', { seat: last });
      expect(other.from).toBe(same.room.tag);
      expect(seatIn(other.room, 'ann')).toEqual({
        ...last,
        node: NODE_1,
        joinedAt: seatIn(before, 'ann').joinedAt,
      });
    });

    it('does not happen by a join for a room that must be new', async () => {
      await join(at().directory, 'ann');
      const seat = { ...claimOf('ann', { at: 2 }), instance: claimOf('ann').instance };

      expect(await at().directory.rooms.join(joinOf('ann', { seat, mode: 'must-be-new' }))).toEqual({
        outcome: 'taken',
      });
    });
  });
}
