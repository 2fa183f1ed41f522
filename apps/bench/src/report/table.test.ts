import { describe, expect, it } from 'vitest';

import { exampleReport } from '../testing/example-report.ts';
import { aligned, table } from './table.ts';

describe('the table', () => {
  it('aligns names to the left and numbers to the right', () => {
    expect(
      aligned([
        ['a', '1'],
        ['long', '1,000'],
      ]),
    ).toBe('a         1\nlong  1,000');
  });

  it('shows medians, the ratio of Parley to each other, and what was missed', () => {
    const text = table(exampleReport);
    expect(text).toMatch(/bare\s+110,000\s+108,000\s+112,000\s+x 0\.5\s+99 %\s+95 % !/);
    expect(text).toMatch(/Parley\s+55,000/);
    expect(text).toContain('MISSED signals relayed: at least 0.75 x bare: 0.5');
  });

  it('warns of figures that were taken beside something else', () => {
    const { machine } = exampleReport;
    const text = table({ ...exampleReport, machine: { ...machine, loadBefore: 3 } });
    expect(text).toContain('NOT FOR PUBLISHING');
    expect(table(exampleReport)).not.toContain('NOT FOR PUBLISHING');
  });

  it('says on what it was measured', () => {
    expect(table(exampleReport)).toContain('A processor, 2 cores, 24 GB');
  });
});
