import { availableParallelism } from 'node:os';

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

/**
 * Tests that need several packages, `test/<name>/`: real servers and real programs. Most of their time they wait for time to pass,
 * so files run beside each other. `alone` names those that fill every core by themselves or measure how quick something is: they
 * run one after the other, when the rest is through, as a project of their own, `<name>-alone`.
 */
function across(name: string, { alone = [] as string[], timeoutMs = 60_000 } = {}) {
  const folder = `test/${name}`;
  const lonely = alone.map((file) => `${folder}/${file}.test.ts`);
  const shared = { testTimeout: timeoutMs, hookTimeout: timeoutMs };
  const project = (test: object) => ({ extends: true as const, test: { ...shared, ...test } });
  const together = project({ name, include: [`${folder}/**/*.test.ts`], exclude: lonely });
  if (alone.length === 0) return [together];
  return [together, project({ name: `${name}-alone`, include: lonely, fileParallelism: false })];
}

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
    // Vitest itself takes one core less than there are, which of two leaves one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      unit,
      ...across('conformance'),
      ...across('docs'),
      ...across('simulation', { timeoutMs: 300_000 }),
      ...across('cluster', { timeoutMs: 120_000 }),
      ...across('client', { timeoutMs: 120_000 }),
      ...across('browser', { timeoutMs: 120_000 }),
      ...across('abuse', { timeoutMs: 120_000, alone: ['neighbours/neighbours'] }),
      ...across('faults', {
        timeoutMs: 300_000,
        alone: ['client', 'invariants', 'reconnect-storm', 'rolling-restart'],
      }),
    ],
  },
});
