import { describe, expect, it } from 'vitest';

import { pathOf } from './path.ts';

const report = (...entries: readonly { readonly id: string; readonly [member: string]: unknown }[]) =>
  new Map(entries.map((entry) => [entry.id, entry]));

const here = { id: 'L', type: 'local-candidate', candidateType: 'host', protocol: 'udp' };
const there = { id: 'R', type: 'remote-candidate', candidateType: 'srflx', protocol: 'udp' };
const pair = { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R' };

describe('the path', () => {
  it('is that of the pair which the transport names', () => {
    const stats = report(
      { ...pair, id: 'other', nominated: true, state: 'succeeded', localCandidateId: 'nobody' },
      { ...pair, currentRoundTripTime: 0.025 },
      here,
      there,
      { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    );
    const found = { local: 'host', remote: 'srflx', protocol: 'udp', isRelayed: false, roundTripMs: 25 };
    expect(pathOf(stats)).toEqual(found);
  });

  it('is found without transports, by the mark on the pair', () => {
    expect(pathOf(report({ ...pair, selected: true }, here, there))).toMatchObject({ local: 'host' });
    expect(pathOf(report({ ...pair, nominated: true, state: 'succeeded' }, here, there))).toMatchObject({
      roundTripMs: undefined,
    });
  });

  it('is relayed when either end is a relay', () => {
    const relay = { ...there, candidateType: 'relay' };
    expect(pathOf(report({ ...pair, selected: true }, here, relay))?.isRelayed).toBe(true);
  });

  it('is unknown before one is selected', () => {
    expect(pathOf(report())).toBeUndefined();
    expect(pathOf(report(pair, here, there))).toBeUndefined();
    expect(pathOf(report({ ...pair, selected: true }, here))).toBeUndefined();
  });
});
