import { rmSync } from 'node:fs';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { ConnectOptions } from '@parley/client';
import { launchBrowser, openPage } from '../support/browser.ts';
import type { RawClient } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { startServerHere, type ClusterNode } from '../support/cluster.ts';
import { pageFolder } from '../support/page-folder.ts';
import { has } from '../support/programs.ts';
import { until } from '../support/until.ts';
import type { LinePage } from './support/line-page.ts';

describe.runIf(has('chromium'))('a page', () => {
  let browser: Browser;
  let folder: string;
  let node: ClusterNode;
  let context: BrowserContext;
  let page: Page;
  let witness: RawClient;
  const rawClient = connecting(() => node.url);

  beforeAll(async () => {
    browser = await launchBrowser();
    folder = await pageFolder(new URL('./support/line-page.ts', import.meta.url));
    node = await startServerHere({ PARLEY_DEMO_DIR: folder });
  });
  afterAll(async () => {
    await browser.close();
    await node.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    // The page may ask other nodes than the one that it came from, which the policy of pages of a node forbids.
    context = await browser.newContext({ bypassCSP: true });
    ({ page } = await openPage(context, node.url));
    witness = await rawClient();
    await witness.request({ type: 'join', room: 'lobby' }, 'joined');
  });
  afterEach(() => context.close());

  it('that loads itself again takes its former place, as a new life', async () => {
    const before = await open(page);
    await reload(page);
    const after = await open(page);
    expect(after.peer).toBe(before.peer);
    expect(after.instance).not.toBe(before.instance);
    expect(await witness.next('peer-left')).toMatchObject({ peer: before.peer, reason: 'replaced' });
    expect(await proofs(page)).toEqual([]);
  });

  it('that does not want to is somebody else, and has said goodbye', async () => {
    const before = await open(page, { restart: false });
    await reload(page);
    expect(await witness.next('peer-left')).toMatchObject({ peer: before.peer, reason: 'left' });
    expect((await open(page, { restart: false })).peer).not.toBe(before.peer);
  });

  it('that a visitor loads again has said goodbye, because it does not know that it will be back', async () => {
    const before = await open(page);
    await page.reload();
    expect(await witness.next('peer-left')).toMatchObject({ peer: before.peer, reason: 'left' });
    expect((await open(page)).peer).not.toBe(before.peer);
  });

  it('that is left says goodbye, and leaves no proof behind', async () => {
    const { peer } = await open(page);
    await page.goto(`${node.url}/?elsewhere`);
    expect(await witness.next('peer-left')).toMatchObject({ peer, reason: 'left' });
    expect(await proofs(page)).toEqual([]);
  });

  it('that a visitor loads again while there is no server keeps its proof: nobody would have heard a goodbye', async () => {
    const other = await startServerHere({ PARLEY_ALLOWED_ORIGINS: '*' });
    const openThere = (url: string) =>
      page.evaluate((address) => (globalThis as unknown as LinePage).open({}, address), url);
    await openThere(other.url);
    await other.stop();
    await until('it to be away', () =>
      page.evaluate(() => (globalThis as unknown as LinePage).line?.state === 'away'),
    );
    await page.reload();
    expect(await proofs(page)).toHaveLength(1);
  });

  it('that is closed says goodbye', async () => {
    const { peer } = await open(page);
    await page.close({ runBeforeUnload: true });
    expect(await witness.next('peer-left')).toMatchObject({ peer, reason: 'left' });
  });

  it('shows nobody its proof while it is seen, and lays it down while it is not', async () => {
    await open(page);
    expect(await proofs(page)).toEqual([]);
    await turn(page, 'hidden');
    expect(await proofs(page)).toHaveLength(1);
    await turn(page, 'visible');
    expect(await proofs(page)).toEqual([]);
    await turn(page, 'hidden');
    await page.evaluate(() => (globalThis as unknown as LinePage).line?.close());
    expect(await proofs(page)).toEqual([]);
  });

  it('that was thrown away while it was not seen takes its former place, too', async () => {
    const before = await open(page);
    await turn(page, 'hidden');
    const lying = await page.evaluate(() => Object.fromEntries(Object.entries(sessionStorage)));
    // As the browser does with a tab that it discarded: no event, and the storage as it was.
    const other = await context.newPage();
    await other.addInitScript((items) => Object.assign(sessionStorage, items), lying);
    await other.goto(node.url);
    expect((await open(other)).peer).toBe(before.peer);
    expect(await witness.next('peer-left')).toMatchObject({ peer: before.peer, reason: 'replaced' });
  });

  it('that is online again, or seen again, wakes its line', async () => {
    await open(page);
    await context.setOffline(true);
    await page.waitForFunction(() => !navigator.onLine);
    await context.setOffline(false);
    await until('it to wake', async () => (await woken(page)).includes('network'));
    const before = await woken(page);
    await turn(page, 'hidden');
    await turn(page, 'visible');
    await until('it to wake', async () => (await woken(page)).length > before.length);
    expect((await woken(page)).at(-1)).toBe('shown');
  });

  it('of another origin is told that it may not, which its socket does not say', async () => {
    const other = await startServerHere({ PARLEY_PUBLIC_TOKENS: 'a-public-token-of-the-page' });
    const token = 'a-public-token-of-the-page';
    const refusal = page.evaluate(
      ([how, url]) =>
        (globalThis as unknown as LinePage)
          .open(how as ConnectOptions, url)
          .catch((error: { code: string }) => error.code),
      [{ token }, other.url] as [object, string],
    );
    expect(await refusal).toBe('origin-not-allowed');
    await other.stop();
  });

  const open = (at: Page, options: ConnectOptions = {}) =>
    at.evaluate((how) => (globalThis as unknown as LinePage).open(how as ConnectOptions), options as object);
});

/** As a script does it. */
async function reload(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.evaluate(() => location.reload())]);
}

const woken = (page: Page) => page.evaluate(() => (globalThis as unknown as LinePage).wokenBy);

const proofs = (page: Page) =>
  page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.startsWith('parley')));

/** A browser without a window shows every tab at once, so the page is told. */
function turn(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  return page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}
