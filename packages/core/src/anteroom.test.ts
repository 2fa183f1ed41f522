import { describe, expect, it } from 'vitest';
import { Anteroom } from './anteroom.ts';
import { LIMITS } from './limits.ts';

const frame = (text: string, bytes = text.length) => ({ text, bytes });

describe('the frames of who is not welcome yet', () => {
  it('are kept in order, and taken once', () => {
    const anteroom = new Anteroom();
    expect(['1', '2', '3'].map((text) => anteroom.keep(frame(text)))).toEqual([true, true, true]);
    expect(anteroom.takeFrames().map(({ text }) => text)).toEqual(['1', '2', '3']);
    expect(anteroom.takeFrames()).toEqual([]);
  });

  it('are so many at most, however small', () => {
    const anteroom = new Anteroom();
    for (let n = 0; n < LIMITS.framesBeforeWelcome; n += 1) expect(anteroom.keep(frame('x'))).toBe(true);
    expect(anteroom.keep(frame('x'))).toBe(false);
    expect(anteroom.takeFrames()).toHaveLength(LIMITS.framesBeforeWelcome);
  });

  it('are so many bytes at most, however few', () => {
    const anteroom = new Anteroom();
    expect(anteroom.keep(frame('large', LIMITS.bytesBeforeWelcome))).toBe(true);
    expect(anteroom.keep(frame('x'))).toBe(false);
    expect(anteroom.takeFrames().map(({ text }) => text)).toEqual(['large']);
  });
});

describe('what others have for who is not welcome yet', () => {
  it('waits until they are admitted, and then comes in order and once', () => {
    const anteroom = new Anteroom();
    const came: number[] = [];
    for (const n of [1, 2, 3]) expect(anteroom.await(() => came.push(n))).toBe(true);
    expect(came).toEqual([]);
    anteroom.admitOthers();
    anteroom.admitOthers();
    expect(came).toEqual([1, 2, 3]);
  });

  it('is bounded, apart from the frames', () => {
    const anteroom = new Anteroom();
    anteroom.keep(frame('large', LIMITS.bytesBeforeWelcome));
    for (let n = 0; n < LIMITS.signalsBeforeWelcome; n += 1) expect(anteroom.await(() => {})).toBe(true);
    expect(anteroom.await(() => {})).toBe(false);
    anteroom.admitOthers();
    expect(anteroom.await(() => {})).toBe(true);
  });

  it('and waits again on being admitted does so until the next time: nobody goes round in circles', () => {
    const anteroom = new Anteroom();
    let turns = 0;
    const again = () => {
      turns += 1;
      anteroom.await(again);
    };
    anteroom.await(again);
    anteroom.admitOthers();
    expect(turns).toBe(1);
    anteroom.admitOthers();
    expect(turns).toBe(2);
  });
});
