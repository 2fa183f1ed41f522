import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { type NodeProcess, startNode } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis, uniquePrefix } from '../support/redis.ts';
import { shippedPath } from '../support/shipped.ts';
import { watchTtls } from '../support/ttl-watch.ts';
import { until } from '../support/until.ts';

const FILE_BYTES = 1_048_576;

/** Real pages, real WebRTC: the demo that ships, opened twice as if on two devices. */
describe.runIf(has('chromium'))('two browsers', () => {
  let browser: Browser;
  const toStop: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });

  const open = async (url: string): Promise<WatchedPage> => {
    const context = await browser.newContext({ acceptDownloads: true });
    toStop.push(() => context.close());
    return openPage(context, url);
  };
  const node = async (env: NodeJS.ProcessEnv = {}): Promise<NodeProcess> => {
    const started = await startNode({
      PARLEY_AUTH: 'none',
      PARLEY_ALLOWED_ORIGINS: '*',
      PARLEY_DEMO_DIR: shippedPath('apps/demo/dist'),
      ...env,
    });
    toStop.push(() => started.stop());
    return started;
  };

  it('on one node without Redis: meet by a code, open a data channel, move a file unharmed', async () => {
    const { url } = await node();
    const [host, guest] = [await open(url), await open(url)];
    await assertExchange(host, guest, await start(host.page));
  });

  it.runIf(has('haproxy') && has('redis-server'))(
    'behind HAProxy on two different nodes: find each other through Redis, open a data channel, move a file unharmed',
    async () => {
      // page -> HAProxy -> node 1 => Redis => node 2 <- HAProxy <- page
      const redis = await startRedis();
      const prefix = uniquePrefix();
      const ttls = watchTtls(redis.url, prefix);
      toStop.push(
        () => redis.stop(),
        () => ttls.stop(),
      );
      const shared = {
        PARLEY_REDIS_URL: redis.url,
        PARLEY_REDIS_PREFIX: prefix,
        PARLEY_TRUSTED_PROXIES: '127.0.0.1',
      };
      const nodes = [await node(shared), await node(shared)];
      const haproxy = await startHaproxy({ backends: nodes });
      toStop.push(() => haproxy.stop());
      /** HAProxy takes both nodes for good, and all it has open are this many sockets: no file of a page on its way. */
      const settled = (sockets: number) =>
        until(`HAProxy to hold ${sockets} sockets and nothing else`, async () => {
          const states = [...(await haproxy.nodes()).values()];
          const held = states.reduce((sum, { sessions }) => sum + sessions, 0);
          return states.every(({ up, check }) => up && check === 'L7OK') && held === sockets;
        });

      const [host, guest] = [await open(haproxy.url), await open(haproxy.url)];
      await settled(0);
      const code = await start(host.page);
      // Now the node without a socket is the one with the fewest connections.
      await settled(1);
      await assertExchange(host, guest, code, async () => {
        const statuses = await Promise.all(
          nodes.map(async ({ opsUrl }) => (await fetch(`${opsUrl}/statusz`)).json()),
        );
        expect(statuses).toMatchObject([
          { sessions: 1, rooms: 1, redis: { topology: 'standalone' } },
          { sessions: 1, rooms: 1, redis: { topology: 'standalone' } },
        ]);
      });
    },
  );

  it('a code with a typo is told, and the right one then works', async () => {
    const { url } = await node();
    const host = await open(url);
    const guest = await open(url);
    const code = await start(host.page);

    await join(guest.page, code.startsWith('2222') ? '3333-3333' : '2222-2222');
    await guest.page.getByTestId('problem').filter({ hasText: /\S/ }).waitFor();
    await join(guest.page, code.toLowerCase().replace('-', ''));
    await connected(guest.page);
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });
});

/** The guest joins by the host's code, they chat both ways, and the host sends a file; `meanwhile` runs while they are connected. */
async function assertExchange(
  host: WatchedPage,
  guest: WatchedPage,
  code: string,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  await join(guest.page, code);
  await Promise.all([connected(host.page), connected(guest.page)]);
  await meanwhile();

  await say(host.page, 'hello from the host');
  await guest.page.getByText('hello from the host').waitFor();
  await say(guest.page, 'hello from the guest');
  await host.page.getByText('hello from the guest').waitFor();

  const buffer = randomBytes(FILE_BYTES);
  await host.page
    .getByTestId('file-input')
    .setInputFiles({ name: 'random.bin', mimeType: 'application/octet-stream', buffer });
  const link = guest.page.getByTestId('received-file');
  await link.waitFor();
  expect(await link.getAttribute('data-bytes')).toBe(String(FILE_BYTES));
  const arrived = await download(guest.page);
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  expect(sha256(arrived)).toBe(sha256(buffer));
  expect(await link.getAttribute('data-sha256')).toBe(sha256(buffer));
  expect([...host.problems, ...guest.problems]).toEqual([]);
}

async function start(page: Page): Promise<string> {
  await page.getByTestId('start').click();
  const code = page.getByTestId('code').filter({ hasText: /^[0-9A-Z]{4}-[0-9A-Z]{4}$/ });
  return (await code.textContent()) ?? '';
}

async function join(page: Page, code: string): Promise<void> {
  await page.getByTestId('join-input').fill(code);
  await page.getByTestId('join').click();
}

const connected = (page: Page) => page.locator('[data-testid=state][data-state=connected]').waitFor();

async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('message-input').fill(text);
  await page.getByTestId('send').click();
}

/** What one gets who clicks the link to the received file. */
async function download(page: Page): Promise<Buffer> {
  const [arrived] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('received-file').click(),
  ]);
  return readFile(await arrived.path());
}
