import { describe, expect, it } from 'vitest';

import { exampleReport } from '../testing/example-report.ts';
import { svg } from './svg.ts';

describe('the picture', () => {
  const picture = svg(exampleReport);

  it('has a bar for each entrant, as long as its median', () => {
    const widths = [...picture.matchAll(/<rect class="(\w+)"[^>]* width="(\d+)"/g)].map(([, kind, width]) => [
      kind,
      width,
    ]);
    expect(widths).toEqual([
      ['limit', '420'],
      ['own', '210'],
    ]);
  });

  it('has the first figure of each scenario, and draws what is nothing as next to nothing', () => {
    const [relay] = exampleReport.scenarios;
    const [figure] = relay?.figures ?? [];
    if (!relay || !figure) throw new Error('the example has no figure');
    const rows = figure.rows.map((row) => ({ ...row, median: 0 }));
    const of = (...figures: (typeof figure)[]) =>
      svg({ ...exampleReport, scenarios: [{ ...relay, figures }] });
    expect(of({ ...figure, rows }, figure).match(/<rect[^>]* width="1"/g)).toHaveLength(rows.length);
    expect(of()).not.toContain('<rect');
  });

  it('follows light and dark, and runs nothing', () => {
    expect(picture).toContain('prefers-color-scheme:dark');
    expect(picture).not.toMatch(/<script|href=|url\(/);
  });

  it('escapes what it is given', () => {
    expect(picture).toContain('A &amp; B');
  });
});
