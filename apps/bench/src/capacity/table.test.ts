import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { readCosts } from './costs.ts';
import { COSTS, describeCapacity } from './index.ts';
import { capacityTable } from './table.ts';
import { roundCosts, roundHabits } from './testing/round-costs.ts';

describe('the table of capacity', () => {
  const table = capacityTable(roundCosts, roundHabits);
  const row = (name: string) => table.split('\n').find((line) => line.startsWith(`| ${name} |`));

  it('is Markdown with a column for each size', () => {
    const lines = table.split('\n').filter((line) => line.startsWith('|'));
    expect(lines[0]).toBe('| Sockets | 100,000 | 1,000,000 | 10,000,000 |');
    expect(lines[1]).toBe('| --- | ---: | ---: | ---: |');
    for (const line of lines) expect(line.split('|')).toHaveLength(6);
  });

  it('says how much, and of what', () => {
    expect(row('Nodes')).toBe('| Nodes | 5 | 50 | 500 |');
    expect(row('Pairings a second')).toBe('| Pairings a second | 14 | 139 | 1,389 |');
    expect(row('Redis memory')).toBe('| Redis memory | 96 MB | 962 MB | 9.4 GB |');
    expect(row('Saturates first')).toContain('sockets of a node (100 % full)');
  });

  it('says what it rests on, and where it ends', () => {
    expect(table).toContain('1 pairings an hour, of 18 signals, and stays 60 minutes');
    expect(table).toContain('made up, round numbers');
    expect(table).toMatch(/Beyond about [\d,]+ sockets the model does not hold/);
  });
});

describe('costs', () => {
  it('lie beside the model, and can be reckoned with', async () => {
    expect(readCosts(await readFile(COSTS, 'utf8')).node.bytesPerSocket).toBeGreaterThan(0);
    expect(await describeCapacity()).toContain('| Sockets | 100,000 |');
  });

  it.each([
    ['nothing', {}],
    ['a cost that is missing', { ...roundCosts, node: { ...roundCosts.node, connectUs: undefined } }],
    ['a cost below zero', { ...roundCosts, redis: { ...roundCosts.redis, commandUs: -1 } }],
    ['a cost that nobody knows', { ...roundCosts, node: { ...roundCosts.node, coffeeUs: 1 } }],
  ])('are refused with %s', (_, wrong) => {
    expect(() => readCosts(JSON.stringify(wrong))).toThrow('These costs cannot be reckoned with');
  });
});
