import { decode } from '@parley/protocol';
import { Chance } from '@parley/test/faults/support/chance.ts';
import { describe, expect, it } from 'vitest';

import { parley } from './dialects/parley.ts';
import type { Member } from './dialects/dialect.ts';
import { payloads } from './payload.ts';

describe('payloads', () => {
  const { offer, answer, candidates } = payloads(new Chance(7));

  it('are 1.4 KB of description and eight candidates', () => {
    expect([offer.length, answer.length, candidates.length]).toEqual([1_400, 1_400, 8]);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(payloads(new Chance(7))).toEqual({ offer, answer, candidates });
    expect(payloads(new Chance(8)).offer).not.toBe(offer);
  });

  it('are what a node accepts', () => {
    const member = { seat: { room: 'r-1' }, address: 'p.1' } as Member;
    const signals = [
      parley.signal(member, member, { kind: 'offer', json: offer }, 1),
      ...candidates.map((json) => parley.signal(member, member, { kind: 'candidate', json }, 2)),
    ];
    for (const signal of signals) expect(decode(signal)).toMatchObject({ ok: true });
  });
});
