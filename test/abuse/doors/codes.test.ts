import { existsSync, readFileSync } from 'node:fs';

import { CLOSES, ERROR_CODES, REFUSALS } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { shippedPath } from '../../support/shipped.ts';
import { closes } from './closes.ts';
import { errors } from './errors.ts';
import { refusals } from './refusals.ts';
import type { Elsewhere, Row, Rows } from './row.ts';
import { stage } from './stage.ts';

const nodeNamed = stage();

/** What a stranger can be told, as it is heard. */
const DOORS = [
  {
    what: 'the refusal',
    codes: REFUSALS,
    rows: refusals,
    heard: (code: string) => `${REFUSALS[code as keyof typeof REFUSALS].status} ${code}`,
  },
  {
    what: 'the close',
    codes: CLOSES,
    rows: closes,
    heard: (code: string) => `${CLOSES[code as keyof typeof CLOSES].code} ${code}`,
  },
  { what: 'the error', codes: ERROR_CODES, rows: errors, heard: (code: string) => `error ${code}` },
] as const;

describe.each(DOORS)('$what', ({ codes, rows, heard }) => {
  const { played, elsewhere } = sorted(rows);

  it('has a test for each of its codes, and for no other', () => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(codes).sort());
  });

  it.each(played)('%s is heard by who does what it is for, and not by the twin', async (code, row) => {
    const { wrong, right } = await row.play(await nodeNamed(row.on));
    expect(wrong).toBe(heard(code));
    expect(right).toBe(row.twin ?? 'welcome');
  });

  it.each(elsewhere)('%s is tested elsewhere, or is never said', (code, { testedIn, as: name = code }) => {
    if (testedIn === undefined) return;
    const path = shippedPath(testedIn);
    const isThere = existsSync(path) && readFileSync(path, 'utf8').includes(name);
    expect(isThere, `${name} in ${testedIn}`).toBe(true);
  });
});

function sorted(rows: Rows<string>) {
  const entries = Object.entries(rows);
  return {
    played: entries.filter((entry): entry is [string, Row] => 'play' in entry[1]),
    elsewhere: entries.filter((entry): entry is [string, Elsewhere] => !('play' in entry[1])),
  };
}
