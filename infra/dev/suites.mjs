// The suites of "npm test" in their order: quick ones first. Each is a project of vitest.config.ts, and its "-alone" where it has one.
import { filesBelow } from './stamp.mjs';

/** @typedef {import('./programs.mjs').Need} Need */

/**
 * @typedef {object} Suite
 * @property {string} name of the vitest project, without `-alone`
 * @property {readonly string[]} folders where its tests are; a suite without a test is not run and not counted
 * @property {readonly Need[]} needs what its tests skip without
 * @property {number} limitMinutes after which it is ended and has failed
 */

/** @type {readonly Suite[]} */
const planned = [
  { name: 'unit', folders: ['packages', 'apps'], needs: ['redis'], limitMinutes: 6 },
  { name: 'conformance', folders: ['test/conformance'], needs: ['redis'], limitMinutes: 4 },
  { name: 'docs', folders: ['test/docs'], needs: [], limitMinutes: 2 },
  { name: 'simulation', folders: ['test/simulation'], needs: [], limitMinutes: 8 },
  {
    name: 'cluster',
    folders: ['test/cluster'],
    needs: ['redis', 'redis-server', 'haproxy', 'prometheus'],
    limitMinutes: 10,
  },
  { name: 'client', folders: ['test/client'], needs: ['redis', 'chromium'], limitMinutes: 8 },
  {
    name: 'browser',
    folders: ['test/browser'],
    needs: ['redis', 'haproxy', 'chromium', 'coturn', 'aiortc'],
    limitMinutes: 14,
  },
  { name: 'abuse', folders: ['test/abuse'], needs: ['redis'], limitMinutes: 6 },
  { name: 'faults', folders: ['test/faults'], needs: ['redis', 'redis-server', 'haproxy'], limitMinutes: 22 },
];

/** The suites that have at least one test file. */
export function presentSuites() {
  return planned.filter(({ folders }) =>
    folders.some((folder) =>
      filesBelow(folder).some((path) => path.endsWith('.test.ts') && !path.includes('/dist/')),
    ),
  );
}
