import { describe, expect, it } from 'vitest';

import type { Insight } from './live.ts';
import { liveRows } from './live.ts';
import type { Facts } from './status.ts';

const facts: Facts = {
  server: { state: 'open', willReturn: true },
  code: '7KMP-X2QD',
  other: 'here',
  link: 'connected',
  hasTalked: true,
  hasFailed: false,
  isRelayed: false,
  end: undefined,
};
const insight: Insight = {
  path: { local: 'host', remote: 'srflx', protocol: 'udp', isRelayed: false, roundTripMs: 0.42 },
  negotiation: 'stable',
  myNode: 'n-4tXqk93hd7',
  theirNode: 'n-2',
  backAfterMs: undefined,
};
const rows = (moreFacts: Partial<Facts> = {}, moreInsight: Partial<Insight> = {}) =>
  Object.fromEntries(liveRows({ ...facts, ...moreFacts }, { ...insight, ...moreInsight }));

describe('the live view', () => {
  it('says on which node each side is, the way between the two, and how long it takes', () => {
    expect(rows()).toEqual({
      'Your node': 'n-4tXqk9',
      'Their node': 'n-2',
      'Your line to Parley': 'open',
      'The other side': 'here',
      Negotiation: 'stable',
      Link: 'connected',
      Path: 'direct',
      Candidates: 'host to srflx, udp',
      'Round trip': '0.4 ms',
    });
  });

  it('says who is away, and for how long somebody was', () => {
    expect(rows({ other: 'away' }, { backAfterMs: 4_000 })['The other side']).toBe('away');
    expect(rows({}, { backAfterMs: 4_000 })['The other side']).toBe('back after 4 s');
    expect(rows({ server: { state: 'away', reason: 'unreachable', willReturn: true } })).toMatchObject({
      'Your line to Parley': 'away (unreachable)',
    });
  });

  it('says what is relayed', () => {
    expect(rows({}, { path: { ...insight.path!, isRelayed: true } }).Path).toBe('relayed (TURN)');
  });

  it('invents nothing that nobody has told', () => {
    const nothing = { path: undefined, negotiation: undefined, myNode: undefined, theirNode: undefined };
    expect(rows({ other: 'nobody' }, nothing)).toEqual({
      'Your line to Parley': 'open',
      'The other side': '–',
      Negotiation: '–',
      Link: 'connected',
      Path: '–',
      Candidates: '–',
      'Round trip': '–',
    });
  });
});
