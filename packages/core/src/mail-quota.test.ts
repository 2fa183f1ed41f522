import { describe, expect, it } from 'vitest';
import type { Realm } from '@parley/protocol';
import { FakeClock } from './contract/fake-clock.ts';
import { MailQuota } from './mail-quota.ts';

const WINDOW_MS = 120_000;
const SHARE = 12_000;
const MAIN = 'main' as Realm;

describe('how much mail a node may put', () => {
  it('is its share of what a realm may have', () => {
    const { quota } = start();
    expect(quota.take(MAIN, SHARE - 1)).toBe(true);
    expect(quota.take(MAIN, 2)).toBe(false);
    expect(quota.take(MAIN, 1)).toBe(true);
  });

  it('is counted for each realm alone', () => {
    const { quota } = start();
    quota.take(MAIN, SHARE);
    expect(quota.take(MAIN, 1)).toBe(false);
    expect(quota.take('other' as Realm, SHARE)).toBe(true);
  });

  it('comes back as the mail ends: within a window as much again, and not faster', async () => {
    const { quota, clock } = start();
    quota.take(MAIN, SHARE);
    await clock.advance(WINDOW_MS / 4);
    expect(quota.take(MAIN, SHARE / 4 + 1)).toBe(false);
    expect(quota.take(MAIN, SHARE / 4)).toBe(true);
    await clock.advance(WINDOW_MS * 3);
    expect(quota.take(MAIN, SHARE)).toBe(true);
    expect(quota.take(MAIN, 1)).toBe(false);
  });

  it('is less when there are more nodes, from when the realm is met again', async () => {
    const { quota, clock, shares } = start();
    quota.take(MAIN, SHARE);
    shares.bytes = SHARE / 2;
    await clock.advance(WINDOW_MS);
    quota.take('other' as Realm, 1);
    expect(quota.take(MAIN, SHARE / 2 + 1)).toBe(false);
    expect(quota.take(MAIN, SHARE / 2)).toBe(true);
  });

  it('is what it was when something was not kept after all, and never more than a share', () => {
    const { quota } = start();
    quota.take(MAIN, SHARE);
    quota.giveBack(MAIN, 10);
    expect([quota.take(MAIN, 11), quota.take(MAIN, 10)]).toEqual([false, true]);
    quota.giveBack(MAIN, SHARE * 2);
    expect(quota.take(MAIN, SHARE + 1)).toBe(false);
    expect(quota.take(MAIN, SHARE)).toBe(true);
  });

  it('is given back to the realm it was taken from, and to none that took nothing', () => {
    const { quota } = start();
    const other = 'other' as Realm;
    quota.take(MAIN, SHARE);
    quota.giveBack(other, SHARE);
    expect(quota.take(MAIN, 1)).toBe(false);
    expect([quota.take(other, SHARE), quota.take(other, 1)]).toEqual([true, false]);
  });
});

function start() {
  const clock = new FakeClock();
  const shares = { bytes: SHARE };
  return {
    clock,
    shares,
    quota: new MailQuota({ clock, windowMs: WINDOW_MS, shareBytes: () => shares.bytes }),
  };
}
