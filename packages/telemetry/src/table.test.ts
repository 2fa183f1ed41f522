import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { METRICS } from './table.ts';
import type { MetricRow } from './table.ts';

const ROWS: readonly MetricRow[] = Object.values(METRICS);

describe('METRICS.md', () => {
  const text = readFileSync(new URL('../METRICS.md', import.meta.url), 'utf8');

  it('has a row for each metric, and none for anything else', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| `parley_'));
    expect(rows.map(cells)).toEqual(ROWS.map(documented));
  });

  it('names no metric that does not exist', () => {
    const named = new Set(text.match(/parley_[a-z_]+[a-z]/g));
    const names = new Set(
      ROWS.flatMap(({ name }) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]),
    );
    expect([...named].filter((name) => !names.has(name as MetricRow['name']))).toEqual([]);
  });
});

describe('the table of metrics', () => {
  it.each(ROWS)('follows the naming of Prometheus: $name', ({ name, type, buckets }) => {
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name.endsWith('_seconds')).toBe(type === 'histogram' || name === METRICS.probeAge.name);
    expect(buckets !== undefined).toBe(type === 'histogram');
  });

  it('has no name twice', () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  });

  it.each(ROWS)('lets no metric become more than fifty series: $name', ({ labels, buckets = [] }) => {
    const combinations = Object.values(labels).reduce((product, values) => product * (values.length || 1), 1);
    expect(combinations * (buckets.length + 1)).toBeLessThanOrEqual(50);
  });
});

function cells(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function documented({ name, type, labels, help }: MetricRow): string[] {
  const labelNames = Object.keys(labels).map((label) => `\`${label}\``);
  return [`\`${name}\``, type, labelNames.join(', '), help];
}
