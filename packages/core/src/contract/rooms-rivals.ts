import { describe, expect, it } from 'vitest';
import {
  asPeer,
  assertionOf,
  factsOf,
  fenceAt,
  join,
  NEWEST_EPOCH,
  NODE_1,
  NODE_2,
  OLDEST_EPOCH,
  ownSeat,
  peersIn,
  seatIn,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** An assertion that finds another room of its name, or a seat of its peer elsewhere. */
export function roomRivalsContract(make: MakeDirectory): void {
  describe('rooms: assert, where another room has the name by now', () => {
    const at = fresh(make);

    it('gives the room to the older epoch, with its capacity and its door', async () => {
      const { room: before } = await join(at().directory, 'ann', { capacity: 8 });
      const older = factsOf({ epoch: OLDEST_EPOCH, capacity: 2, door: [asPeer('bob')] });

      const { from, room, refused } = await at().directory.rooms.assert(
        assertionOf([ownSeat('bob', 1_700), ownSeat('cat', 1_701)], { node: NODE_2, facts: older }),
      );
      expect(refused).toEqual([]);
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room).toMatchObject(older);
      expect(peersIn(room)).toEqual(['bob', 'cat', 'ann']);
    });

    it('changes the tag even if only the epoch changed', async () => {
      const { room: before } = await join(at().directory, 'ann');
      const own = ownSeat('ann', seatIn(before, 'ann').joinedAt);

      const { from, room } = await at().directory.rooms.assert(
        assertionOf([own], { facts: factsOf({ epoch: OLDEST_EPOCH }) }),
      );
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room.epoch).toBe(OLDEST_EPOCH);
    });

    it('admits the seats of a newer epoch as far as there are places, the earlier ones first', async () => {
      const { room: before } = await join(at().directory, 'ann', { capacity: 2 });
      const newer = factsOf({ epoch: NEWEST_EPOCH, capacity: 8, door: [] });

      const { room, refused } = await at().directory.rooms.assert(
        assertionOf([ownSeat('cat', 9_002), ownSeat('bob', 9_001)], { node: NODE_2, facts: newer }),
      );
      expect(refused).toEqual(['cat']);
      expect(peersIn(room).toSorted()).toEqual(['ann', 'bob']);
      expect(room).toMatchObject({ epoch: before.epoch, capacity: 2 });
      expect(room).not.toHaveProperty('door');
    });

    it('does not refuse a newer epoch the seats that it has already', async () => {
      await join(at().directory, 'ann', { capacity: 2 });
      const { room } = await join(at().directory, 'bob', { node: NODE_2 });
      const own = ownSeat('bob', seatIn(room, 'bob').joinedAt);

      const answer = await at().directory.rooms.assert(
        assertionOf([own], { node: NODE_2, facts: factsOf() }),
      );
      expect(answer).toEqual({ from: room.tag, room, refused: [] });
    });
  });

  describe('rooms: assert, where the same peer sits elsewhere', () => {
    const at = fresh(make);

    it('refuses a seat whose peer a later claim has seated', async () => {
      const { room: before } = await join(at().directory, 'ann', { at: 2, node: NODE_2 });

      const answer = await at().directory.rooms.assert(
        assertionOf([ownSeat('ann', 1_700, { at: 1 })], { facts: before }),
      );
      expect(answer).toEqual({ from: before.tag, room: before, refused: ['ann'] });
    });

    it('takes the place of an earlier claim', async () => {
      const { room: before } = await join(at().directory, 'ann', { at: 1, node: NODE_2 });

      const { room, refused } = await at().directory.rooms.assert(
        assertionOf([ownSeat('ann', 1_700, { at: 2 })], { facts: before }),
      );
      expect(refused).toEqual([]);
      expect(room.seats).toMatchObject([
        { peer: 'ann', fence: fenceAt('ann', 2), node: NODE_1, joinedAt: 1_700 },
      ]);
    });
  });
}
