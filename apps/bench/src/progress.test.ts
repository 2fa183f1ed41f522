import { describe, expect, it } from 'vitest';

import { progressLine } from './progress.ts';

describe('the progress bar', () => {
  it('shows how much is done, and what is done now', () => {
    expect(progressLine(0, 4, 0, 'relay')).toBe(`${'░'.repeat(24)} 1/4 relay`);
    expect(progressLine(2, 4, 60_000, 'relay')).toBe(
      `${'█'.repeat(12)}${'░'.repeat(12)} 3/4 relay, about 1 min 0 s left`,
    );
  });
});
