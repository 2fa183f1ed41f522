import { describe, expect, it } from 'vitest';

import { MEASURES } from './measures.ts';
import { pictureOf } from './picture.ts';
import type { Recording } from './recording.ts';
import { describeRun } from './report.ts';
import { evidence, MB } from './testing/fabricated.ts';
import { judge } from './verdict.ts';

describe('the picture of a soak', () => {
  it('has a panel for each measure, and a line for each node', () => {
    const svg = pictureOf(recording());
    for (const { title } of Object.values(MEASURES)) expect(svg).toContain(`>${title}</text>`);
    const nodeMeasures = Object.values(MEASURES).filter(({ of }) => of === 'node').length;
    for (const node of [1, 2, 3])
      expect(svg.split(`class="line node-${node}"`)).toHaveLength(nodeMeasures + 1);
    expect(svg).toContain('>Flat: 30 minutes of coming and going, and nothing grows</text>');
    expect(svg.match(/>(flat|noise)( [+−][\d.]+ %| ?)<\/text>/g)).toHaveLength(Object.keys(MEASURES).length);
  });

  it('says where something grows', () => {
    const svg = pictureOf(recording({ leak: { resident: 20 * MB } }));
    expect(svg).toContain('>Not flat: 30 minutes of coming and going</text>');
    expect(svg.match(/▲ \+\d+\.\d %/g)).toHaveLength(1);
  });

  it('is well-formed, knows light and dark, and runs and loads nothing', () => {
    const svg = pictureOf({ ...recording(), machine: { ...machine, cpu: '<script>&"' } });
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/<script|<image|<foreignObject|href|url\(|\son\w+=|NaN|Infinity|undefined/i);
    expect(unclosed(svg)).toEqual([]);
  });

  it('draws nothing outside of itself', () => {
    const svg = pictureOf(recording());
    const [, width = '', height = ''] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg) ?? [];
    expect([Number(width), Number(height)]).toEqual([960, expect.any(Number)]);
    const ends = [...svg.matchAll(/translate\((\S+) (\S+)\)/g)].map(([, x, y]) => [
      Number(x) + 300,
      Number(y) + 132,
    ]);
    for (const [right = 0, bottom = 0] of ends) {
      expect(right).toBeLessThanOrEqual(Number(width));
      expect(bottom).toBeLessThanOrEqual(Number(height));
    }
  });
});

describe('the text of a soak', () => {
  it('has a row for each series, and marks what grows', () => {
    const text = describeRun(recording({ leak: { openFiles: 60 } }));
    expect(text.match(/ GROWS$/gm)).toHaveLength(1);
    expect(text).toMatch(/^Open files, node 2 .* GROWS$/m);
    expect(text).toMatch(/^✗ Open files of node 2 grew by [\d.]+ \([\d.]+ %\)\.$/m);
    expect(text).toMatch(/^Keys, redis /m);
  });
});

const machine = { cpu: 'a processor', cores: 2, memoryBytes: 8 * 2 ** 30, node: 'v20', redis: '7' };

function recording(made: Parameters<typeof evidence>[0] = {}): Recording {
  const { lastedMs, samples, ...rest } = evidence(made);
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    machine,
    options: { minutes: lastedMs / 60_000, seed: 1, pairs: 24, standing: 50, out: '.' },
    lastedMs,
    lives: { talk: 10_000, 'come back': 3_000, vanish: 2_000, code: 2_000, match: 3_000 },
    failed: {},
    sockets: 43_000,
    verdict: judge({ lastedMs, samples, ...rest }),
    samples,
  };
}

/** The elements that are not closed in order; nothing, of a document that is well-formed. */
function unclosed(svg: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = '', end] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/gi)) {
    if (slash && open.pop() !== name) return [`</${name}>`];
    if (!slash && !end) open.push(name);
  }
  return open;
}
