import { describe, expect, it } from 'vitest';

import { closeReason, CLOSES, parseCloseReason, reconnectAfterClose } from './close.ts';
import type { CloseName } from './close.ts';

const closes = Object.entries(CLOSES) as [CloseName, (typeof CLOSES)[CloseName]][];

describe('closes', () => {
  it('have a code each', () => {
    expect(new Set(closes.map(([, { code }]) => code)).size).toBe(closes.length);
  });

  it.each(closes)('%s stands in the range of what the client does next', (_, { code, reconnect }) => {
    const standard = [1000, 1009, 1011].includes(code);
    const allowed = [['later', 'when-needed'], ['changed'], ['never']][Math.floor((code - 4000) / 100)] ?? [];
    expect(standard || allowed.includes(reconnect)).toBe(true);
  });

  it.each(closes)('%s has a reason that fits a close frame and can be read back', (name) => {
    const reason = closeReason(name, 999_999_999_999_999);

    expect(new TextEncoder().encode(reason).length).toBeLessThan(123);
    expect(parseCloseReason(reason)).toEqual({ name, retryAfterMs: 999_999_999_999_999 });
    expect(parseCloseReason(closeReason(name))).toEqual({ name });
  });

  it('round the time to come back up to whole milliseconds, and never below zero', () => {
    expect(closeReason('rate-limited', 0.2)).toBe('rate-limited retry=1');
    expect(closeReason('drained', -5)).toBe('drained retry=0');
  });

  it.each([
    '',
    'Going away',
    'drained retry=',
    'drained retry=x',
    'drained  retry=1',
    'drained retry=1 ',
    '<b>',
  ])('by somebody else, such as %j, say nothing', (text) => {
    expect(parseCloseReason(text)).toBeUndefined();
  });

  it('of a later version are read by name and understood by range', () => {
    expect(parseCloseReason('brand-new retry=5')).toEqual({ name: 'brand-new', retryAfterMs: 5 });
    expect([4099, 4199, 4299, 4300, 1001, 1006].map(reconnectAfterClose)).toEqual([
      'later',
      'changed',
      'never',
      'later',
      'later',
      'later',
    ]);
  });

  it.each(closes)('%s is understood by its code', (_, { code, reconnect }) => {
    expect(reconnectAfterClose(code)).toBe(reconnect);
  });
});
