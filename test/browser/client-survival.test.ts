import { rmSync } from 'node:fs';

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { pageFolder } from '../support/page-folder.ts';
import { startProcesses } from '../support/process-cluster.ts';
import { movableDoor } from './movable-door.ts';
import { canMeet } from './support/pages.ts';
import { UnbrokenCall, untilState } from './support/unbroken-call.ts';

/** In the time that a second of them takes, a call that has ended is noticed. */
const MANY = 200;

describe.runIf(canMeet)('a call between two pages, each by a door to a node of its own', () => {
  let folder: string;
  let browser: Browser;
  const toStop: (() => Promise<unknown>)[] = [];
  let opened: WatchedPage[] = [];

  beforeAll(async () => {
    folder = await pageFolder(new URL('support/in-page.ts', import.meta.url));
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Begins a call; what is killed or led elsewhere is its first page's unless a test says otherwise. */
  async function beginCall() {
    const cluster = await startProcesses(2, {
      PARLEY_DEMO_DIR: folder,
      PARLEY_ALLOWED_ORIGINS: '*',
      PARLEY_DRAIN_MS: '6000',
      PARLEY_DRAIN_WAIT_MS: '500',
      // However slow the machine is, nobody is forgotten.
      PARLEY_RESUME_WINDOW_MS: '120000',
    });
    toStop.push(() => cluster.stop());
    const [first, second] = cluster.nodes;
    if (!first || !second) throw new Error('two nodes were asked for');
    const doors = [await movableDoor(first.port), await movableDoor(second.port)] as const;
    toStop.push(...doors.map((door) => () => door.close()));
    opened = await Promise.all(doors.map(async ({ url }) => openPage(await browser.newContext(), url)));
    toStop.push(
      ...opened.map(
        ({ page }) =>
          () =>
            page.context().close(),
      ),
    );
    const pages = [opened[0]!.page, opened[1]!.page] as const;
    return { nodes: [first, second] as const, doors, pages, call: await UnbrokenCall.begin(pages, 'call') };
  }

  /** That a server cannot be reached, browsers always say on the console. */
  const problems = () =>
    opened
      .flatMap((page) => page.problems)
      .filter((text) => !/127\.0\.0\.1:\d+\/v1\/(connect|check)/.test(text));

  it('goes on while the node of one of them is killed, and is negotiated anew when another has taken its place', async () => {
    const { nodes, doors, pages, call } = await beginCall();
    nodes[0].kill('SIGKILL');
    await untilState(pages[0], 'away');
    await call.goOn(MANY);
    await pages[1].evaluate(async () => {
      const peer = await window.sdk.peer();
      await window.sdk.until('the other end to be away', () => peer.isAway, 20_000);
    });
    await call.goOn(MANY);
    expect((await call.told())[0]).not.toContain('open');

    doors[0].leadTo(nodes[1].port);
    await untilState(pages[0], 'open');
    await call.renegotiate();
    const [first, second] = await call.told();
    expect(first).toEqual([...first!.filter((word) => word === 'away'), 'open']);
    expect(second).toEqual(['peer away', 'peer back']);
    expect(await call.missed()).toEqual([0, 0]);
    expect(problems()).toEqual([]);
  });

  it('goes on while the node of one of them is drained, and the other end notices nothing', async () => {
    const { nodes, doors, pages, call } = await beginCall();
    doors[0].leadTo(nodes[1].port);
    nodes[0].kill('SIGTERM');
    const [{ code }] = await Promise.all([nodes[0].exited, call.goOn(MANY)]);
    expect(code).toBe(0);
    await untilState(pages[0], 'open');
    await call.renegotiate();
    expect(await call.told()).toEqual([['open'], []]);
    expect(await call.missed()).toEqual([0, 0]);
    expect(problems()).toEqual([]);
  });

  it('goes on when there is no server any more', async () => {
    const { nodes, pages, call } = await beginCall();
    for (const node of nodes) node.kill('SIGKILL');
    for (const page of pages) await untilState(page, 'away');
    await call.goOn(3 * MANY);
    for (const told of await call.told()) expect(new Set(told)).toEqual(new Set(['away']));
    expect(await call.missed()).toEqual([0, 0]);
    expect(problems()).toEqual([]);
  });

  it('ends when one of them leaves', async () => {
    const { pages, call } = await beginCall();
    await pages[0].evaluate(() => window.sdk.room.leave());
    await expect(call.goOn(MANY, 3_000)).rejects.toThrow('more numbers');
    const [first, second] = await call.told();
    expect(first).toEqual(expect.arrayContaining(['left: left', 'peer left: closed', 'channel closed']));
    expect(second).toEqual(expect.arrayContaining(['peer left: left', 'channel closed', 'link closed']));
  });
});
