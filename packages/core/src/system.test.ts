import { describe, expect, it } from 'vitest';
import { systemRandom } from './system.ts';

describe('ids of this machine', () => {
  it('are 32 hexadecimal digits, and never the same, also where more are taken than are made at once', () => {
    const ids = Array.from({ length: 1_000 }, () => systemRandom.id());
    for (const id of ids) expect(id).toMatch(/^[\da-f]{32}$/);
    expect(new Set(ids).size).toBe(ids.length);
    // Each byte is used once: not in another id either.
    expect(new Set(ids.flatMap((id) => [id.slice(0, 16), id.slice(16)])).size).toBe(2 * ids.length);
  });
});
