import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { decode } from '../codec.ts';

/** What real stacks say, as `test/support/record-golden.mjs` recorded it; by hand where `recorded` is false. */
interface Golden {
  readonly stack: string;
  readonly version: string;
  readonly recorded: boolean;
  readonly signals: readonly { readonly description?: object; readonly candidate?: object | null }[];
}

const here = new URL('.', import.meta.url);
const files = readdirSync(here).filter((file) => file.endsWith('.json'));
const goldens = files.map((file) => JSON.parse(readFileSync(new URL(file, here), 'utf8')) as Golden);

it('the golden set covers the stacks that people use', () => {
  expect(goldens.map(({ stack }) => stack).toSorted()).toEqual([
    'aiortc',
    'chromium',
    'firefox',
    'node-datachannel',
    'wrtc',
  ]);
  expect(goldens.filter(({ recorded }) => recorded)).toHaveLength(3);
});

describe.each(goldens)('what $stack $version says', ({ signals }) => {
  it('has descriptions and candidates', () => {
    expect(signals.some(({ description }) => description)).toBe(true);
    expect(signals.some(({ candidate }) => candidate)).toBe(true);
  });

  it.each(signals.map((signal) => JSON.stringify(signal)))('passes: %s', (text) => {
    const decoded = decode(`{"type":"signal","room":"r","to":"p",${text.slice(1)}`);

    expect(decoded).toMatchObject({ ok: true, message: { type: 'signal' } });
  });

  it('holds no address but those kept for documentation', () => {
    const addresses =
      JSON.stringify(signals).match(/\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<= )[0-9a-f]*:[0-9a-f:]+(?= )/g) ?? [];

    expect(
      addresses.filter((address) => !/^(192\.0\.2\.|2001:db8:|127\.|0\.0\.0\.0$|::1$)/.test(address)),
    ).toEqual([]);
  });
});
