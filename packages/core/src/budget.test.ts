import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';

describe('a budget', () => {
  it('lets a burst through at once, and then says how long to wait', () => {
    const budget = new Budget(3, 2, 0);
    expect([1, 2, 3].map(() => budget.take(1, 0))).toEqual([0, 0, 0]);
    expect(budget.take(1, 0)).toBe(500);
  });

  it('has what it was said to have after that wait, and not before', () => {
    const budget = new Budget(1, 2, 0);
    budget.take(1, 0);
    expect(budget.take(1, 499)).toBeGreaterThan(0);
    expect(budget.take(1, 500)).toBe(0);
  });

  it('never holds more than a burst, however long nobody takes', () => {
    const budget = new Budget(2, 1_000, 0);
    expect([1, 2, 3].map(() => budget.take(1, 3_600_000))).toEqual([0, 0, 1]);
  });

  it('charges nothing for what it refuses', () => {
    const budget = new Budget(2, 1, 0);
    expect(budget.take(3, 0)).toBeGreaterThan(0);
    expect(budget.take(2, 0)).toBe(0);
  });

  it('charges an amount, and not a turn', () => {
    const budget = new Budget(1_000, 1_000, 0);
    expect(budget.take(900, 0)).toBe(0);
    expect(budget.take(200, 0)).toBe(100);
  });

  it('is full before anybody took of it, and when all of it has come back, not earlier', () => {
    const budget = new Budget(2, 1, 0);
    expect(budget.isFull(0)).toBe(true);
    budget.take(2, 0);
    expect([0, 1_999, 2_000].map((nowMs) => budget.isFull(nowMs))).toEqual([false, false, true]);
  });

  it('has again what was given back, and never more than a burst', () => {
    const budget = new Budget(3, 1, 0);
    budget.take(2, 0);
    budget.giveBack(1);
    expect(budget.take(2, 0)).toBe(0);
    budget.giveBack(100);
    expect([3, 1].map((amount) => budget.take(amount, 0))).toEqual([0, 1_000]);
  });
});
