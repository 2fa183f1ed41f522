import { describe, expect, it } from 'vitest';

import type { Facts } from './status.ts';
import { statusOf } from './status.ts';

const open = { state: 'open', willReturn: true } as const;
const lost = { state: 'away', reason: 'unreachable', willReturn: true } as const;
const facts = (more: Partial<Facts> = {}): Facts => ({
  server: open,
  code: '7KMP-X2QD',
  other: 'nobody',
  link: 'new',
  hasTalked: false,
  hasFailed: false,
  isRelayed: false,
  end: undefined,
  ...more,
});
const talking = (more: Partial<Facts> = {}) =>
  facts({ other: 'here', link: 'connected', hasTalked: true, ...more });

describe('how things stand', () => {
  it('begins on the way to the server, and waits in the room', () => {
    const entering = facts({ server: { state: 'connecting', willReturn: true }, code: undefined });
    expect(statusOf(entering)).toMatchObject({ stage: 'entering', line: 'none', server: 'sought' });
    expect(statusOf(facts())).toMatchObject({
      stage: 'waiting',
      line: 'asking',
      server: 'reached',
      other: 'absent',
    });
  });

  it('says that the server cannot be reached, on the way in and while waiting', () => {
    const sought = { state: 'connecting', reason: 'unreachable', willReturn: true } as const;
    expect(statusOf(facts({ server: sought, code: undefined }))).toMatchObject({
      stage: 'entering',
      server: 'lost',
      title: 'The server cannot be reached',
    });
    expect(statusOf(facts({ server: lost }))).toMatchObject({
      stage: 'waiting',
      line: 'none',
      title: 'The server cannot be reached',
    });
  });

  it('goes from dotted through the server to solid between the two', () => {
    expect(statusOf(facts({ other: 'here', link: 'connecting' }))).toMatchObject({
      stage: 'connecting',
      line: 'through',
    });
    expect(statusOf(talking())).toMatchObject({
      stage: 'connected',
      line: 'direct',
      hint: 'Stop the server: you are still connected.',
    });
    expect(statusOf(talking({ isRelayed: true }))).toMatchObject({
      line: 'relayed',
      title: 'Connected through a relay',
    });
  });

  it.each([
    ['the server is gone', { server: lost }],
    ['the room is gone', { other: 'left' as const, end: { code: 'room-ended' } }],
    [
      'this page was removed from the server',
      { server: { ...lost, state: 'closed' as const }, end: { code: 'kicked' } },
    ],
  ])('is still connected when %s', (_, more) => {
    expect(statusOf(talking(more))).toMatchObject({
      stage: 'connected',
      line: 'direct',
      title: 'Still connected',
    });
  });

  it('says of what has ended what it is, and draws whoever can be talked to', () => {
    const gone = { other: 'left', end: { code: 'room-ended' } } as const;
    expect(statusOf(talking(gone))).toMatchObject({ server: 'reached', other: 'away' });
    expect(statusOf(talking(gone)).hint).toMatch(/^The room has ended/);
    expect(statusOf(talking({ ...gone, server: lost })).hint).toMatch(/^The server is gone/);
    expect(statusOf(talking({ ...gone, link: 'closed' }))).toMatchObject({
      stage: 'ended',
      other: 'absent',
      title: 'The room has ended',
    });
  });

  it('is still connected when the other side has lost the server', () => {
    expect(statusOf(talking({ other: 'away' }))).toMatchObject({
      stage: 'connected',
      other: 'away',
      title: 'Connected directly',
    });
    expect(statusOf(talking({ other: 'left' })).stage).toBe('connected');
  });

  it('tells a path that was never found from one that broke', () => {
    const failed = { other: 'here', link: 'connecting', hasFailed: true } as const;
    expect(statusOf(facts(failed))).toMatchObject({ stage: 'no-path', line: 'broken' });
    expect(statusOf(facts(failed)).hint).toMatch(/TURN/);
    for (const link of ['failed', 'disconnected', 'connecting'] as const)
      expect(statusOf(talking({ link }))).toMatchObject({ stage: 'reconnecting', line: 'broken' });
  });

  it('says that the other one has left, and why this visit has ended', () => {
    expect(statusOf(talking({ other: 'left', link: 'closed' }))).toMatchObject({
      stage: 'left',
      other: 'absent',
    });
    expect(statusOf(facts({ code: undefined, end: { code: 'room-full' } }))).toMatchObject({
      stage: 'ended',
      title: 'This room is full',
    });
  });
});
