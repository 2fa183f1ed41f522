import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { launchBrowser } from '../support/browser.ts';
import type { NodeProcess } from '../support/process.ts';
import { startDemoNode } from './demo-page.ts';

/** A browser for a file of tests, and nodes for each test, all of which end by themselves. */
export function demoStage(args: readonly string[] = []): {
  readonly browser: Browser;
  node(env?: NodeJS.ProcessEnv): Promise<NodeProcess>;
  /** Ends it after the test. */
  later(stop: () => Promise<void>): void;
} {
  let browser: Browser | undefined;
  const toStop: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    browser = await launchBrowser(args);
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });

  return {
    get browser() {
      if (browser === undefined) throw new Error('no browser before the first test');
      return browser;
    },
    async node(env) {
      const node = await startDemoNode(env);
      toStop.push(() => node.stop());
      return node;
    },
    later: (stop) => void toStop.push(stop),
  };
}
