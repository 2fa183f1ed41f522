import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Workspace packages are read from their TypeScript sources, so that tests run without a build. */
const source = '@parley/source';

/** Tests beside their file: quick, in parallel. */
const unit = {
  extends: true as const,
  test: {
    name: 'unit',
    include: ['packages/**/src/**/*.test.ts', 'apps/**/src/**/*.test.ts'],
  },
};

/** Tests that need several packages, `test/<name>/`: real servers and real programs, one file at a time where they are heavy. */
const across = (name: string, { parallel = false, timeoutMs = 60_000 } = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    fileParallelism: parallel,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: {
    resolve: {
      conditions: [source, ...defaultServerConditions],
      externalConditions: [source, ...defaultServerConditions],
    },
  },
  test: {
    environment: 'node',
    projects: [
      unit,
      across('conformance', { parallel: true }),
      across('docs', { parallel: true }),
      across('simulation', { parallel: true, timeoutMs: 300_000 }),
      across('cluster', { timeoutMs: 120_000 }),
      across('client', { timeoutMs: 120_000 }),
      across('browser', { timeoutMs: 120_000 }),
      across('abuse', { timeoutMs: 120_000 }),
      across('faults', { timeoutMs: 300_000 }),
    ],
  },
});
