import { describe, expect, it } from 'vitest';
import type { Directory } from '../ports/directory.ts';
import {
  assertionOf,
  changed,
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
  seatIn,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** What lapses, what is lost, and how long a code is good. */
export function roomEndContract(make: MakeDirectory): void {
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

    it('keeps the seats at lost nodes, which are away, in the step that joins', async () => {
      await join(at().directory, 'ann', { node: NODE_1, capacity: 3 });
      const { room: before } = await join(at().directory, 'bob', { node: NODE_2 });

      const reading = readingOf({ lost: [NODE_1] });
      const { from, room } = await join(at().directory, 'cat', { node: NODE_3, reading });
      expect(peersIn(room)).toEqual(['ann', 'bob', 'cat']);
      expect(seatIn(room, 'ann')).toHaveProperty('awayUntilMs');
      expect([before.tag, room.tag, '']).not.toContain(from);
      expect(await at().directory.rooms.join(joinOf('dan', { reading }))).toEqual({ outcome: 'full' });
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

    it('is gone when everybody in it was at a lost node for too long', async () => {
      const { room: before } = await join(at().directory, 'ann', { node: NODE_1, capacity: 5 });

      const over = readingOf({ lost: [NODE_1], awayMs: 0 });
      const late = joinOf('bob', { node: NODE_2, mode: 'must-exist', reading: over });
      expect(await at().directory.rooms.join(late)).toEqual({ outcome: 'absent' });
      const next = { node: NODE_2, mode: 'must-be-new', reading: over, capacity: 3 } as const;
      const { from, room } = await join(at().directory, 'bob', next);
      expect(from).toBe('');
      expect(room).toMatchObject({ capacity: 3, seats: [{ peer: 'bob' }] });
      expect(room.epoch).not.toBe(before.epoch);
    });

    it('has its tag changed by what is found, when the join itself changes nothing', async () => {
      await join(at().directory, 'ann', { node: NODE_1 });
      const { room: before } = await join(at().directory, 'bob', { node: NODE_2 });

      const { from, room } = await join(at().directory, 'bob', {
        node: NODE_2,
        reading: readingOf({ lost: [NODE_1] }),
      });
      expect(from).toBe(room.tag);
      expect(room.tag).not.toBe(before.tag);
      expect(room.seats).toEqual([
        { ...seatIn(before, 'ann'), awayUntilMs: expect.any(Number) },
        seatIn(before, 'bob'),
      ]);
    });
  });

  describe('rooms: codes', () => {
    const at = fresh(make);
    const mint = (codeLifeMs: number, lifeMs = LONG_MS) =>
      join(at().directory, 'ann', { mode: 'must-be-new', codeLifeMs, lifeMs });

    it('is put back, when the directory has lost it, for as long as it is still good', async () => {
      const facts = factsOf({ code: true });
      const putBack = assertionOf([ownSeat('ann', 1)], { facts, codeLifeMs: LONG_MS });
      await at().directory.rooms.assert(putBack);
      await at().directory.rooms.leave(refOf('ann'));

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-exist' }))).toMatchObject({
        outcome: 'joined',
      });
    });

    it('is gone, once put back without its time, with the last who sat there', async () => {
      await at().directory.rooms.assert(assertionOf([ownSeat('ann', 1)], { facts: factsOf({ code: true }) }));
      await at().directory.rooms.leave(refOf('ann'));

      expect(await at().directory.rooms.join(joinOf('bob', { mode: 'must-exist' }))).toEqual({
        outcome: 'absent',
      });
    });

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
}
