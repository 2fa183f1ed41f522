// What "npm test" checks besides running tests; each counts like one test.
import { turbo } from './turbo.mjs';
import { tool } from './workspace.mjs';

/** @type {ReadonlyArray<{ name: string, title: string, work: () => Promise<{ code: number, output: string }> }>} */
export const checks = [
  { name: 'lint', title: 'oxlint, with types', work: () => tool('oxlint', []) },
  { name: 'format', title: 'oxfmt', work: () => tool('oxfmt', ['--check']) },
  {
    name: 'types',
    title: 'tsc, tests included',
    work: () => turbo(['run', 'typecheck', '--continue', '--output-logs=errors-only']),
  },
  { name: 'types-dev', title: 'tsc of infra/dev', work: () => tool('tsc', ['-p', 'tsconfig.json']) },
  { name: 'boundaries', title: 'turbo boundaries: what may import what', work: () => turbo(['boundaries']) },
  { name: 'versions', title: 'sherif: manifests agree', work: () => tool('sherif', ['--fail-on-warnings']) },
  { name: 'unused', title: 'knip: nothing unused', work: () => tool('knip', []) },
  {
    name: 'publish',
    title: 'publint of what is published',
    work: () => tool('publint', ['packages/protocol', '--pack', 'npm', '--strict']),
  },
];
