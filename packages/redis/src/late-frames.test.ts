import type { NodeId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { LateFrames } from './late-frames.ts';

const nodeOf = (n: number) => `node-${n}` as NodeId;

describe('late frames', () => {
  it('are those whose number was reached or passed, for each source by itself', () => {
    const late = new LateFrames();
    const arrivals: [node: number, frame: number][] = [
      [1, 1],
      [1, 4],
      [2, 2],
      [1, 3],
      [1, 4],
      [2, 3],
      [1, 5],
    ];

    expect(arrivals.map(([node, frame]) => late.isLate(nodeOf(node), frame))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('are remembered for those sources that were heard of last', () => {
    const late = new LateFrames();
    late.isLate(nodeOf(0), 7);
    for (let n = 1; n <= 1_000; n += 1) late.isLate(nodeOf(n), 1);
    expect(late.isLate(nodeOf(0), 7)).toBe(true);

    for (let n = 1_001; n <= 3_000; n += 1) late.isLate(nodeOf(n), 1);
    expect(late.isLate(nodeOf(0), 7)).toBe(false);
    expect(late.isLate(nodeOf(2_500), 1)).toBe(true);
  });
});
