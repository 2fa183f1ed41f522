import { describe, expect, it } from 'vitest';
import type { RoomId } from '@parley/protocol';
import { Joining } from './joining.ts';

const [STAGE, HALL] = ['stage' as RoomId, 'hall' as RoomId];

describe('a room that is just being joined', () => {
  it('holds up what is about it until the join is answered, and then lets it go in order', async () => {
    const { joining, done, join, say } = start();
    const answer = join(STAGE, 'join');
    for (const word of ['a', 'b', 'c']) say(STAGE, word);
    await settle();
    expect(done).toEqual(['join']);
    answer();
    await settle();
    expect(done).toEqual(['join', 'a', 'b', 'c']);
    expect(joining.size).toBe(0);
  });

  it('holds up nothing that is about another', async () => {
    const { joining, join } = start();
    join(STAGE, 'join');
    expect([joining.has(STAGE), joining.has(HALL)]).toEqual([true, false]);
  });

  it('holds up what follows a second join until that is answered, too', async () => {
    const { joining, done, join, say } = start();
    const first = join(STAGE, 'first');
    say(STAGE, 'between');
    const second = join(STAGE, 'second');
    say(STAGE, 'after');
    first();
    await settle();
    expect(done).toEqual(['first', 'between', 'second']);
    second();
    await settle();
    expect(done).toEqual(['first', 'between', 'second', 'after']);
    expect(joining.size).toBe(0);
  });

  it('is not waited for twice: what waits behind it begins, and nobody waits for how that ends', async () => {
    const { joining, done, join, say } = start();
    const answer = join(STAGE, 'join');
    joining.after(STAGE, () => {
      done.push('slow');
      return new Promise(() => {});
    });
    say(STAGE, 'quick');
    answer();
    await settle();
    expect(done).toEqual(['join', 'slow', 'quick']);
    expect(joining.size).toBe(0);
  });

  it('keeps its order also for what is said while what waited is let go', async () => {
    const { joining, done, join, say } = start();
    const answer = join(STAGE, 'join');
    joining.after(STAGE, () => {
      done.push('a');
      expect(joining.has(STAGE)).toBe(true);
      say(STAGE, 'c');
    });
    say(STAGE, 'b');
    answer();
    await settle();
    expect(done).toEqual(['join', 'a', 'b', 'c']);
  });

  it('is none when the join was answered at once', () => {
    const { joining } = start();
    expect(joining.join(STAGE, () => {})).toBe(true);
    expect(joining.size).toBe(0);
  });

  it('lets only so much wait, over all rooms, and as much again when that has gone', async () => {
    const { joining, done, join, say } = start(2);
    const answer = join(STAGE, 'join');
    join(HALL, 'another');
    expect([say(STAGE, 'a'), say(HALL, 'b'), say(HALL, 'c')]).toEqual([true, true, false]);
    expect(joining.join(STAGE, () => void done.push('d'))).toBe(false);
    answer();
    await settle();
    expect(say(HALL, 'e')).toBe(true);
    expect(done).toEqual(['join', 'another', 'a']);
  });
});

function start(maxWaiting = 10) {
  const joining = new Joining(maxWaiting);
  const done: string[] = [];
  return {
    joining,
    done,
    /** Returns what answers it. */
    join: (room: RoomId, word: string): (() => void) => {
      let answer = () => {};
      const answered = new Promise<void>((resolve) => (answer = resolve));
      joining.join(room, () => {
        done.push(word);
        return answered;
      });
      return answer;
    },
    say: (room: RoomId, word: string) => joining.after(room, () => void done.push(word)),
  };
}

/** Everything that waits only for what has been answered has run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
