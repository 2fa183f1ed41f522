import { rmSync } from 'node:fs';

import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Server, startNode } from '../conformance/servers.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { pageFolder } from '../support/page-folder.ts';
import { has } from '../support/programs.ts';
import { until } from '../support/until.ts';

const VISITS = 500;
/** As many as fill the caches that are there to stay. */
const WARM_UP = 25;
const BATCH = 25;
/** What 500 visits may leave of the heap: less than a kilobyte each, though the heap is never quite the same. */
const MAX_GROWTH_BYTES = 400_000;

describe.runIf(has('chromium'))('a page in which people come and go', () => {
  let folder: string;
  let browser: Browser;
  let node: Server;

  beforeAll(async () => {
    folder = await pageFolder(new URL('client-leak-page.ts', import.meta.url));
    browser = await launchBrowser();
    node = await startNode('open', { PARLEY_DEMO_DIR: folder });
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async () => {
    const { page, problems } = await openPage(browser, node.url.replace('ws:', 'http:'));
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    return { page, problems, devtools };
  };
  const visit = async (page: Page, visits: number, forgetful = false) => {
    for (let left = visits; left > 0; left -= BATCH)
      await page.evaluate(([times, forget]) => window.visit(times, forget), [
        Math.min(left, BATCH),
        forgetful,
      ] as const);
  };
  const remains = (page: Page) => page.evaluate(() => window.remains());
  const untilNothingRemains = (page: Page) =>
    until('everything to be gone', async () => {
      expect(await remains(page)).toEqual({ timers: 0, peerConnections: 0, sockets: 0 });
      return true;
    });

  it(
    `keeps nothing of ${VISITS} connections with a call: no timer, no listener, no peer connection, no memory`,
    { timeout: 300_000 },
    async () => {
      const { page, problems, devtools } = await open();
      await visit(page, WARM_UP);
      await untilNothingRemains(page);
      const before = await settled(devtools);

      await visit(page, VISITS);

      await untilNothingRemains(page);
      const after = await settled(devtools);
      console.log(`heap ${before.JSHeapUsedSize} -> ${after.JSHeapUsedSize} bytes after ${VISITS} visits`);
      console.log(`listeners ${before.JSEventListeners} -> ${after.JSEventListeners}`);
      expect(after.JSEventListeners).toBeLessThanOrEqual(before.JSEventListeners);
      expect(after.Nodes).toBeLessThanOrEqual(before.Nodes);
      expect(after.JSHeapUsedSize - before.JSHeapUsedSize).toBeLessThan(MAX_GROWTH_BYTES);
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  it('and the same look finds what is forgotten', async () => {
    const { page, devtools } = await open();
    const before = await settled(devtools);
    await visit(page, 5, true);
    const after = await settled(devtools);
    expect(await remains(page)).toMatchObject({ peerConnections: 10, sockets: 10 });
    expect(after.JSEventListeners).toBeGreaterThan(before.JSEventListeners);
    expect(after.JSHeapUsedSize - before.JSHeapUsedSize).toBeGreaterThan(5 * (MAX_GROWTH_BYTES / VISITS));
    await page.close();
  });
});

type Figures = Readonly<Record<'JSEventListeners' | 'JSHeapUsedSize' | 'Nodes', number>>;

/** The figures of the page once collecting garbage makes them no smaller. */
async function settled(devtools: CDPSession): Promise<Figures> {
  let last = await figures(devtools);
  let unchanged = 0;
  return until('the heap to settle', async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const now = await figures(devtools);
    unchanged = now.JSHeapUsedSize < last.JSHeapUsedSize - 1_000 ? 0 : unchanged + 1;
    last = now;
    return unchanged >= 5 && now;
  });
}

async function figures(devtools: CDPSession): Promise<Figures> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value])) as Figures;
}
