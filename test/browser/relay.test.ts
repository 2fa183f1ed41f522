import { rmSync } from 'node:fs';

import { iceServersOf } from '@parley/auth';
import type { PeerId } from '@parley/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type Server, startNode } from '../conformance/servers.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { type Coturn, startCoturn, TURN_SECRET } from '../support/coturn.ts';
import { pageFolder } from '../support/page-folder.ts';
import { has } from '../support/programs.ts';

const UNAUTHORIZED = 401;

/** page -> coturn -> page, with what a real node has told them; nothing else is allowed to them. */
describe.runIf(has('chromium') && has('turnserver'))('two browsers that only a relay connects', () => {
  let folder: string;
  let browser: Browser;
  let coturn: Coturn;
  let node: Server;
  const pages: Page[] = [];

  beforeAll(async () => {
    folder = await pageFolder(new URL('relay-page.ts', import.meta.url));
    browser = await launchBrowser();
    coturn = await startCoturn({ relaysToLoopback: true });
    node = await nodeOf(coturn);
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });
  afterAll(async () => {
    await node?.stop();
    await coturn?.stop();
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const nodeOf = ({ settings }: Coturn) =>
    startNode('open', { ...settings, PARLEY_SOCKET: 'auto', PARLEY_DEMO_DIR: folder });

  /** Two pages of this node meet, one after the other; what each says of it. */
  const meet = async (server: Server, iceServers?: readonly RTCIceServer[]) => {
    const room = `room-${Math.random().toString(36).slice(2)}`;
    const opened = [1, 2].map(() => openPage(browser, server.url.replace('ws:', 'http:')));
    const two = (await Promise.all(opened)).map(({ page }) => page);
    pages.push(...two);
    const meeting = { room, ...(iceServers && { iceServers }) };
    const outcomes = await Promise.all(
      two.map((page) => page.evaluate((wish) => window.meet(wish), meeting)),
    );
    return { outcomes, two };
  };

  it('meet with the credentials of their welcome, and go on with those they ask for', async () => {
    const { outcomes, two } = await meet(node);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ opened: true, pair: ['relay', 'relay'] });
    for (const [index, page] of two.entries()) {
      const renewed = await page.evaluate(() => window.renew());
      expect(renewed).toMatchObject({ opened: true, pair: ['relay', 'relay'] });
      expect(renewed.relays).toBeGreaterThan(outcomes[index]?.relays ?? 0);
    }
  });

  it.each([
    ['have expired', { agoMs: 63_000 }],
    ['were signed with another secret', { secret: TURN_SECRET.toUpperCase() }],
  ])('do not meet with credentials that %s', async (_what, wishes) => {
    const { outcomes } = await meet(node, iceServersFor(coturn, wishes));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ opened: false, pair: [], relays: 0 });
      expect(outcome.errors).toContain(UNAUTHORIZED);
    }
    const [right] = (await meet(node, iceServersFor(coturn))).outcomes;
    expect(right).toMatchObject({ opened: true });
  });

  it('do not meet where the relay, as it ships, sends nothing to addresses like theirs', async () => {
    const strict = await startCoturn();
    const server = await nodeOf(strict);
    try {
      const { outcomes } = await meet(server);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ opened: false, errors: [] });
      // Each had a relay: what was refused is what it was for.
      for (const { relays } of outcomes) expect(relays).toBeGreaterThan(0);
    } finally {
      await server.stop();
      await strict.stop();
    }
  });
});

function iceServersFor({ url }: Coturn, { secret = TURN_SECRET, agoMs = 0 } = {}): RTCIceServer[] {
  const turn = { urls: [url], secret, ttlSeconds: 60, wallClock: () => Date.now() - agoMs };
  return iceServersOf([], turn).serversFor('somebody' as PeerId).iceServers as RTCIceServer[];
}
