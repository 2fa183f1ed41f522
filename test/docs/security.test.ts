import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { shippedPath } from '../support/shipped.ts';

const FOLDER = 'test/abuse';
/** The last cell of a row of the table. */
const ROW = /^\|(?! threat| ---)(.*)\|(.*)\|(.*)\|$/gm;

describe('SECURITY.md', () => {
  const rows = [...readFileSync(shippedPath('SECURITY.md'), 'utf8').matchAll(ROW)];
  const named = rows.flatMap(([, , , tests = '']) =>
    [...tests.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );

  it.each(rows.map(([, threat = '', , tests = '']) => [threat.trim(), tests]))(
    'names what shows the defence against: %s',
    (_threat, tests) => {
      const paths = [...tests.matchAll(/(?:packages|test)\/[\w./-]+/g)].map(([path]) => path);
      expect(paths.filter((path) => !existsSync(shippedPath(path)))).toEqual([]);
      expect(tests.trim()).not.toBe('');
    },
  );

  it.each([...new Set(named)])('%s is there', (name) => {
    const isThere = [`${name}.test.ts`, name].some((path) => existsSync(shippedPath(`${FOLDER}/${path}`)));
    expect(isThere).toBe(true);
  });

  it('leaves out no door', () => {
    const doors = readdirSync(shippedPath(`${FOLDER}/doors`)).filter((file) => file.endsWith('.test.ts'));
    expect(doors.filter((file) => !named.includes(`doors/${file.replace('.test.ts', '')}`))).toEqual([]);
  });
});
