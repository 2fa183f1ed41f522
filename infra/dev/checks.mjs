// What "npm test" checks besides running tests; each counts like one test.
import { turbo } from './turbo.mjs';
import { tool } from './workspace.mjs';

/** Packages that others install; `private` in their manifests is all that stands between them and a registry. */
const published = ['protocol', 'client'];

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
  ...published.flatMap((name) => [
    {
      name: `publish-${name}`,
      title: `publint: what is published of ${name} can be imported`,
      work: () => tool('publint', [`packages/${name}`, '--pack', 'npm', '--strict']),
    },
    {
      name: `publish-types-${name}`,
      title: `attw: the types of ${name} are found`,
      work: () =>
        tool('attw', [
          '--pack',
          `packages/${name}`,
          '--profile',
          'esm-only',
          '--format',
          'ascii',
          '--exclude-entrypoints',
          'testing',
        ]),
    },
  ]),
];
