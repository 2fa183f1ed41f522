import { describe, expect, it } from 'vitest';
import { Unavailable } from '../ports/directory.ts';
import {
  asPeer,
  assertionOf,
  factsOf,
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
  ROOM,
  rowOf,
  seatIn,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Renewal, repair and reading again, which are one call. */
export function roomAssertContract(make: MakeDirectory): void {
  describe('rooms: assert, where the room is as the node knows it', () => {
    const at = fresh(make);

    it('extends the own seats and changes nothing', async () => {
      const { room } = await join(at().directory, 'ann', { lifeMs: SHORT_MS });
      const own = ownSeat('ann', seatIn(room, 'ann').joinedAt);

      expect(await at().directory.rooms.assert(assertionOf([own], { facts: room }))).toEqual({
        from: room.tag,
        room,
        refused: [],
      });
      await at().advance(LONGER_MS);
      expect(await look(at().directory)).toEqual(room);
    });

    it('does nothing when it comes too late: a seat that was given back meanwhile does not return', async () => {
      const { nowMs } = await at().directory.nodes.beat(rowOf(NODE_1), LONG_MS);
      const late = assertionOf([ownSeat('ann', 1)], { notAfterMs: nowMs - 1 });

      await expect(at().directory.rooms.assert(late)).rejects.toThrow(Unavailable);
      expect((await look(at().directory)).tag).toBe('');
      await at().directory.rooms.assert({ ...late, notAfterMs: nowMs + LONG_MS });
      expect(peersIn(await look(at().directory))).toEqual(['ann']);
    });

    it('extends nobody else', async () => {
      await join(at().directory, 'ann', { lifeMs: SHORT_MS });
      const { room } = await join(at().directory, 'bob', { node: NODE_2 });
      const own = ownSeat('bob', seatIn(room, 'bob').joinedAt);
      await at().directory.rooms.assert(assertionOf([own], { node: NODE_2, facts: room, lifeMs: LONG_MS }));
      await at().advance(LONGER_MS);

      expect(peersIn(await look(at().directory))).toEqual(['bob']);
    });

    it('removes the seats that claim to be at this node and are not, and no others', async () => {
      await join(at().directory, 'ann', { capacity: 3 });
      await join(at().directory, 'ghost');
      const { room: before } = await join(at().directory, 'bob', { node: NODE_2 });
      const own = ownSeat('ann', seatIn(before, 'ann').joinedAt);

      const { from, room } = await at().directory.rooms.assert(assertionOf([own], { facts: before }));
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(peersIn(room)).toEqual(['ann', 'bob']);
    });

    it('ends the room when it removes the last seat', async () => {
      const { room } = await join(at().directory, 'ghost');
      expect((await at().directory.rooms.assert(assertionOf([], { facts: room }))).room.seats).toEqual([]);

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });

    it('finds the seats at lost nodes away', async () => {
      await join(at().directory, 'ann', { capacity: 3 });
      await join(at().directory, 'bob', { node: NODE_2 });
      const { room: before } = await join(at().directory, 'cat', { node: NODE_3 });
      const own = ownSeat('ann', seatIn(before, 'ann').joinedAt);

      const { from, room } = await at().directory.rooms.assert(
        assertionOf([own], { facts: before, reading: readingOf({ lost: [NODE_2] }) }),
      );
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(peersIn(room)).toEqual(['ann', 'bob', 'cat']);
      expect(seatIn(room, 'bob')).toHaveProperty('awayUntilMs');
      expect(seatIn(room, 'cat')).not.toHaveProperty('awayUntilMs');
    });

    it('sets what the own seats say of themselves', async () => {
      const { room: before } = await join(at().directory, 'ann', { meta: '"old"' });
      const own = ownSeat('ann', seatIn(before, 'ann').joinedAt, { meta: '"new"' });

      const { from, room } = await at().directory.rooms.assert(assertionOf([own], { facts: before }));
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room.seats).toEqual([{ ...seatIn(before, 'ann'), meta: '"new"' }]);
    });

    it('tells the room as it is to a node that was wrong about it', async () => {
      const { room: before } = await join(at().directory, 'ann');
      await join(at().directory, 'bob', { node: NODE_2 });
      const own = ownSeat('ann', seatIn(before, 'ann').joinedAt);

      const answer = await at().directory.rooms.assert(assertionOf([own], { facts: before }));
      expect(peersIn(answer.room)).toEqual(['ann', 'bob']);
      expect(answer.from).toBe(answer.room.tag);
      expect(answer.from).not.toBe(before.tag);
    });
  });

  describe('rooms: assert, where the directory has forgotten', () => {
    const at = fresh(make);
    const facts = factsOf({ epoch: '1700000000000.0123456789abcdef', capacity: 3 });

    it('puts the room back as it was', async () => {
      const doored = { ...facts, door: [asPeer('ann'), asPeer('bob')] };
      const seat = ownSeat('ann', 1_700, { meta: '[1]' });

      const { from, room, refused } = await at().directory.rooms.assert(
        assertionOf([seat], { facts: doored }),
      );
      expect(from).toBe('');
      expect(refused).toEqual([]);
      expect(room).toEqual({
        key: ROOM,
        ...doored,
        tag: expect.stringMatching(/./),
        seats: [{ ...seat, node: NODE_1 }],
      });
      expect(await at().directory.rooms.join(joinOf('cat'))).toEqual({ outcome: 'not-at-the-door' });
    });

    it.each([
      ['one node first', [NODE_1, NODE_2]],
      ['the other node first', [NODE_2, NODE_1]],
    ])('has the same room in the end, %s', async (_, order) => {
      const seats = {
        [NODE_1]: [ownSeat('ann', 1_701), ownSeat('cat', 1_703)],
        [NODE_2]: [ownSeat('bob', 1_702)],
      };
      for (const node of order)
        await at().directory.rooms.assert(assertionOf(seats[node] ?? [], { node, facts }));

      const room = await look(at().directory);
      expect(room).toMatchObject(facts);
      expect(room.seats.map(({ peer, joinedAt, node }) => ({ peer, joinedAt, node }))).toEqual([
        { peer: 'ann', joinedAt: 1_701, node: NODE_1 },
        { peer: 'bob', joinedAt: 1_702, node: NODE_2 },
        { peer: 'cat', joinedAt: 1_703, node: NODE_1 },
      ]);
    });

    it('gives who joins later a later joinedAt than any that was put back', async () => {
      const future = 9_000_000_000_000_000;
      await at().directory.rooms.assert(assertionOf([ownSeat('ann', future)], { facts }));

      expect(seatIn((await join(at().directory, 'bob')).room, 'bob').joinedAt).toBeGreaterThan(future);
    });

    it('puts a missing seat back into a room that is still there, also when it is full', async () => {
      const { room: before } = await join(at().directory, 'ann', { capacity: 1 });

      const { from, room, refused } = await at().directory.rooms.assert(
        assertionOf([ownSeat('bob', 1_700)], { node: NODE_2, facts: before }),
      );
      expect(refused).toEqual([]);
      expect(from).toBe(before.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(peersIn(room)).toEqual(['bob', 'ann']);
    });

    it('puts a seat back where it was, though another has that place by now: by name then, on every node alike', async () => {
      await at().directory.rooms.assert(assertionOf([ownSeat('ann', 1_700)], { facts }));
      const other = assertionOf([ownSeat('bob', 1_700)], { node: NODE_2, facts });
      const { room } = await at().directory.rooms.assert(other);

      expect(room.seats.map(({ peer, joinedAt }) => [peer, joinedAt])).toEqual([
        ['ann', 1_700],
        ['bob', 1_700],
      ]);
      expect(await at().directory.rooms.assert(other)).toEqual({ from: room.tag, room, refused: [] });
    });

    it('keeps a code a code for as long as somebody sits in it', async () => {
      const code = { ...facts, code: true };
      const { room } = await at().directory.rooms.assert(
        assertionOf([ownSeat('ann', 1_700)], { facts: code }),
      );
      expect(room.code).toBe(true);
      expect(peersIn((await join(at().directory, 'bob', { mode: 'must-exist' })).room)).toEqual([
        'ann',
        'bob',
      ]);

      await at().directory.rooms.leave(refOf('ann'));
      await at().directory.rooms.leave(refOf('bob'));
      expect(await at().directory.rooms.join(joinOf('cat', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });

    it('makes no room of no seats', async () => {
      expect(await at().directory.rooms.assert(assertionOf([], { facts }))).toEqual({
        from: '',
        room: { key: ROOM, ...facts, tag: '', seats: [] },
        refused: [],
      });
      expect(await at().directory.rooms.join(joinOf('ann', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });
  });
}
