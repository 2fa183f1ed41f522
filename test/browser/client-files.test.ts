import { rmSync } from 'node:fs';

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type Server, startNode } from '../conformance/servers.ts';
import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { pageFolder } from '../support/page-folder.ts';
import { has } from '../support/programs.ts';
import type { Passed } from './client-files-page.ts';

const MIB = 1024 * 1024;

/** Two pages and what `@parley/client/files` does between them, over a real data channel. */
describe.runIf(has('chromium'))('a file from browser to browser', () => {
  let folder: string;
  let browser: Browser;
  let node: Server;
  let one: Page;
  let other: Page;
  const opened: WatchedPage[] = [];

  beforeAll(async () => {
    folder = await pageFolder(new URL('client-files-page.ts', import.meta.url));
    browser = await launchBrowser();
    node = await startNode('open', { PARLEY_DEMO_DIR: folder });
    for (let count = 0; count < 2; count++)
      opened.push(await openPage(browser, node.url.replace('ws:', 'http:')));
    [one, other] = opened.map(({ page }) => page) as [Page, Page];
    await Promise.all([one, other].map((page) => page.evaluate(() => window.meetForFiles('files'))));
  });
  afterEach(assertNoProblems);
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function assertNoProblems(): void {
    expect(opened.flatMap(({ problems }) => problems)).toEqual([]);
  }
  const send = (page: Page, name: string, bytes: number, patience = {}) =>
    page.evaluate(([called, size, limits]) => window.send(called, size, limits), [
      name,
      bytes,
      patience,
    ] as const);
  const take = (page: Page, patience = {}) => page.evaluate((limits) => window.take(limits), patience);

  it('of 5 MiB arrives with the same hash on both ends, and the progress is told on the way', async () => {
    const [sent, taken] = await Promise.all([send(one, 'five', 5 * MIB), take(other)]);
    assertWhole(sent, taken);
    expect(taken).toMatchObject({ name: 'five', bytes: 5 * MIB });
    for (const { progress } of [sent, taken]) {
      expect(progress.length).toBeGreaterThan(5);
      expect(progress.at(-1)).toBe(5 * MIB);
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    }
  });

  it('does not mix with three others, in both directions at once', async () => {
    const [first, second, third, fourth, ...taken] = await Promise.all([
      send(one, 'a', 2 * MIB),
      send(one, 'b', 1 * MIB),
      send(other, 'c', 2 * MIB),
      send(other, 'd', 1 * MIB),
      take(one),
      take(one),
      take(other),
      take(other),
    ]);
    for (const sent of [first, second, third, fourth])
      assertWhole(
        sent,
        taken.find(({ name }) => name === sent.name),
      );
  });

  it('that its sender gives up in the middle ends at both ends, and the next one arrives', async () => {
    const [sent, taken] = await Promise.all([
      send(one, 'x', 20 * MIB, { abortAfterBytes: MIB }),
      take(other),
    ]);
    expect([sent.code, taken.code]).toEqual(['own wish', 'withdrawn']);
    expect(taken.progress.at(-1)).toBeLessThan(20 * MIB);
    assertWhole(...(await Promise.all([send(one, 'next', MIB), take(other)])));
  });

  it('that its receiver gives up in the middle ends at both ends, and the next one arrives', async () => {
    const [sent, taken] = await Promise.all([
      send(one, 'x', 20 * MIB),
      take(other, { abortAfterBytes: MIB }),
    ]);
    expect([sent.code, taken.code]).toEqual(['rejected', 'own wish']);
    assertWhole(...(await Promise.all([send(one, 'next', MIB), take(other)])));
  });
});

function assertWhole(sent: Passed, taken: Passed | undefined): void {
  expect(sent.code).toBeUndefined();
  expect(sent.sha256).toMatch(/^[0-9a-f]{64}$/);
  const hashes = [sent.trueSha256, taken?.sha256, taken?.trueSha256];
  expect(hashes).toEqual([sent.sha256, sent.sha256, sent.sha256]);
}
