import { has } from '@parley/test/support/programs.ts';
import { describe, expect, it } from 'vitest';

import { sumOf } from './recording.ts';
import { soak } from './soak.ts';

describe.runIf(has('redis-server') && process.platform === 'linux')('a soak', () => {
  it(
    'lives at three nodes, looks at them, and ends in good order when it is interrupted',
    { timeout: 60_000 },
    async () => {
      const options = { minutes: 10, seed: 1, pairs: 10, standing: 2, out: '.' };
      const over = new AbortController();
      const shown: string[] = [];
      const progress = {
        show(_: number, what: string) {
          shown.push(what);
          if (Number.parseInt(what, 10) >= 10) over.abort();
        },
        end() {},
      };
      const { lives, failed, sockets, samples, verdict, lastedMs } = await soak(
        options,
        progress,
        over.signal,
      );
      expect(failed).toEqual({});
      expect(sumOf(lives)).toBeGreaterThanOrEqual(10);
      expect(sockets).toBeGreaterThanOrEqual(24);
      expect(shown[0]).toBe('0 lives, 0 failed');
      expect(lastedMs).toBeLessThan(60_000);
      expect(verdict).toMatchObject({ outcome: 'too-short', reasons: [] });
      const middle = samples.at(-2)?.nodes ?? [];
      expect(middle).toHaveLength(3);
      for (const reading of middle) {
        expect(reading.resident).toBeGreaterThan(reading.heap);
        expect(reading.openFiles).toBeGreaterThan(10);
      }
      // Everybody has been shown out.
      expect(samples.at(-1)?.nodes.map(({ sessions }) => sessions)).toEqual([0, 0, 0]);
    },
  );
});
