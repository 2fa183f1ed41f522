import { describe, expect, it } from 'vitest';

import { evidence, MB } from './testing/fabricated.ts';
import { judge, SHORTEST_MS } from './verdict.ts';

describe('the verdict of a soak', () => {
  it('is flat when everything only wavers, whatever the chance', () => {
    for (let seed = 0; seed < 30; seed += 1)
      expect(judge(evidence({ seed }))).toMatchObject({ outcome: 'flat', reasons: [] });
  });

  it.each([
    ['memory that one node does not give back', { resident: 12 * MB }, 'Resident memory of node 2'],
    ['a heap whose low points rise', { heap: 8 * MB }, 'Heap, old space of node 2'],
    ['sockets that stay open', { openFiles: 40 }, 'Open files of node 2'],
    ['handles that nobody closes', { handles: 30 }, 'Handles of node 2'],
    ['sessions that stay in the map', { sessions: 40 }, 'Sessions of node 2'],
    ['rooms that stay in the map', { rooms: 40 }, 'Rooms of node 2'],
    ['a loop that is busier with every minute', { loopDelay: 40 }, 'Loop delay, 99 % of node 2'],
  ])('finds %s', (_, leak, named) => {
    const { outcome, reasons } = judge(evidence({ leak }));
    expect(outcome).toBe('not-flat');
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(`${named} grew by`);
  });

  it('does not take it for growth when memory is given back and taken again', () => {
    expect(judge(evidence({ givenBack: 20 * MB }))).toMatchObject({ outcome: 'flat', reasons: [] });
  });

  it('finds memory that is not given back among memory that is', () => {
    const { reasons } = judge(evidence({ givenBack: 20 * MB, leak: { resident: 20 * MB } }));
    expect(reasons.join()).toContain('Resident memory of node 2 grew by');
  });

  it('finds keys that stay in Redis', () => {
    const { outcome, reasons } = judge(evidence({ redisLeak: 1_000 }));
    expect(outcome).toBe('not-flat');
    expect(reasons.join()).toContain('Keys of redis grew by');
  });

  it('lets the warm-up grow as it will', () => {
    const warming = evidence({ warmUp: { resident: 60 * MB, heap: 20 * MB } });
    expect(judge(warming)).toMatchObject({ outcome: 'flat', reasons: [] });
  });

  it('is not flat when something was left, or lives failed', () => {
    expect(judge({ ...evidence(), left: ['3 rooms of node 1'] })).toMatchObject({
      outcome: 'not-flat',
      reasons: ['When everybody had left, there remained: 3 rooms of node 1.'],
    });
    expect(judge({ ...evidence(), failedLives: 40 }).reasons).toEqual([
      '40 lives failed, and 20000 did not.',
    ]);
    expect(judge({ ...evidence(), failedLives: 2 }).outcome).toBe('flat');
  });

  it('says nothing about slopes in less than ten minutes', () => {
    const lastedMs = SHORTEST_MS - 1;
    expect(judge(evidence({ lastedMs, leak: { resident: 50 * MB } }))).toMatchObject({
      outcome: 'too-short',
      reasons: [],
    });
  });
});
