import { rmSync } from 'node:fs';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isRunnable } from '../conformance/case.ts';
import { CASES } from '../conformance/cases/index.ts';
import { GRANTS, type Server, startNode } from '../conformance/servers.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { pageFolder } from '../support/page-folder.ts';
import { has } from '../support/programs.ts';

const { token, mint } = GRANTS.guarded;
/** All but those that need raw HTTP. */
const names = CASES.filter((one) =>
  isRunnable(one, { url: '', WebSocket: globalThis.WebSocket, token, mint }),
).map(({ name }) => name);

describe.runIf(has('chromium'))('in a page of Chromium', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await pageFolder(new URL('../conformance/in-browser.ts', import.meta.url));
    server = await startNode('guarded', { PARLEY_SOCKET: 'auto', PARLEY_DEMO_DIR: folder });
    browser = await launchBrowser();
    ({ page } = await openPage(browser, server.url.replace('ws:', 'http:')));
    await page.exposeFunction('mint', mint);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(names)('%s', async (name) => {
    const wrong = await page.evaluate(
      ([wanted, credential]) => window.runCase(wanted, { token: credential }),
      [name, token] as const,
    );
    expect(wrong).toBeUndefined();
  });
});
