import { rmSync } from 'node:fs';

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import { launchBrowser, openPage } from '../../support/browser.ts';
import { type ProcessCluster, startProcesses } from '../../support/process-cluster.ts';
import { pageFolder } from '../../support/page-folder.ts';
import { has } from '../../support/programs.ts';

import { NOWHERE } from './nowhere.ts';
import type { Sdk } from './in-page.ts';

declare global {
  interface Window {
    sdk: Sdk;
  }
}

/** What the tests of the SDK in pages need: without it they are skipped. */
export const canMeet = has('chromium') && (has('redis-server') || has('docker'));

export interface Pages {
  /** Opens a page on its own device, from the node of that number. */
  open(node?: number): Promise<Page>;
  /**
   * Opens one page on each of the two nodes, both in one new room; the second one is the polite one.
   *
   * @param prepare is done with each page before it connects
   */
  meet(prepare?: (page: Page) => Promise<void>): Promise<readonly [Page, Page]>;
}

/**
 * Two nodes that share a Redis, a browser, and pages that know the SDK, for one suite: pages go after each test, and whatever they complained
 * of fails it.
 */
export function pagesOnTwoNodes(env: NodeJS.ProcessEnv = {}): Pages {
  let folder: string;
  let cluster: ProcessCluster;
  let browser: Browser;
  let opened: Awaited<ReturnType<typeof openPage>>[] = [];
  let rooms = 0;

  beforeAll(async () => {
    folder = await pageFolder(new URL('in-page.ts', import.meta.url));
    cluster = await startProcesses(2, {
      PARLEY_DEMO_DIR: folder,
      PARLEY_ALLOWED_ORIGINS: '*',
      ...env,
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    const pages = opened;
    opened = [];
    await Promise.all(pages.map(({ page }) => page.context().close()));
    const problems = pages.flatMap((page) => page.problems);
    expect(problems.filter((text) => !text.includes(NOWHERE))).toEqual([]);
  });

  const open = async (node = 0): Promise<Page> => {
    const url = cluster.nodes[node]?.url ?? '';
    const watched = await openPage(await browser.newContext(), url);
    opened.push(watched);
    return watched.page;
  };
  const meet = async (prepare?: (page: Page) => Promise<void>): Promise<readonly [Page, Page]> => {
    const pages = [await open(0), await open(1)] as const;
    const room = `room-${++rooms}`;
    // One after the other: who comes later is polite.
    for (const page of pages) {
      await prepare?.(page);
      await page.evaluate(async (name) => void (await window.sdk.join(name)), room);
    }
    return pages;
  };
  return { open, meet };
}
