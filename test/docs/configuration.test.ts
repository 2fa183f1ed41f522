import { readFileSync } from 'node:fs';

import { type Variable, VARIABLES } from '@parley/edge/variables';
import { describe, expect, it } from 'vitest';

import { shippedPath } from '../support/shipped.ts';

const ROW = /^\| `(PARLEY_\w+)` +\| (.*?) *\| (.*?) +\|$/gm;

describe('CONFIGURATION.md', () => {
  const text = readFileSync(shippedPath('apps/edge/CONFIGURATION.md'), 'utf8');
  const rows = [...text.matchAll(ROW)].map(([, name, preset, meaning]) => ({ name, preset, meaning }));

  it('has a row for every variable, in the order of the code, with its default and meaning, and no other', () => {
    const variables = Object.entries<Variable>(VARIABLES);
    expect(rows).toEqual(
      variables.map(([name, { default: preset, meaning }]) => ({
        name,
        preset: preset === undefined ? '' : `\`${preset}\``,
        meaning,
      })),
    );
  });
});
