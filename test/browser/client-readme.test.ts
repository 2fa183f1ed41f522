import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { Child, surroundings } from '../support/child.ts';
import { codeBlock, putIn } from '../support/documents.ts';
import { pastedPage, type PastedAs } from '../support/pasted-page.ts';
import { type NodeProcess, startNode } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { shippedPath } from '../support/shipped.ts';
import { until } from '../support/until.ts';

const TOKEN = 'a-public-token-of-this-test';
const README = 'packages/client/README.md';

/** What whoever pastes the example has around it. */
const SURROUNDINGS = `
  const token = '${TOKEN}';
  const shown = [];
  const show = (from, text) => shown.push([from, text]);
  const video = document.querySelector('video');
`;
/** And what lets the test look in. */
const WINDOW = `\nObject.assign(window, { parley, room, shown, peer: () => [...room.peers.values()][0] });`;

const example = `${SURROUNDINGS}${putIn(codeBlock(README, 'js', 'show('), "'wss://your.host'", 'location.origin')}${WINDOW}`;
/** The same without a build, with the client that the node serves. */
const served = putIn(example, "from '@parley/client'", "from '/v1/client.js'");

/** The five lines of the README of the whole. */
const fiveLines = `
  import { connect } from '@parley/client';
  ${SURROUNDINGS}
  const camera = await navigator.mediaDevices.getUserMedia({ video: true });
  ${putIn(codeBlock('README.md', 'js', 'addStream'), "'wss://your.host'", 'location.origin')}`;

/** Those who negotiate themselves; the test looks at the connections that they make. */
const negotiating = `${SURROUNDINGS}
  window.made = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...all) {
      super(...all);
      window.made.push(this);
    }
  };
  ${putIn(codeBlock(README, 'js', 'addIceCandidate'), "'wss://your.host'", 'location.origin')}`;

/** In the same room as the program for Node, and with the same channel. */
const visitor = `
  import { connect } from '@parley/client';
  window.shown = [];
  const parley = await connect(location.origin, { token: '${TOKEN}' });
  const room = await parley.join('lobby');
  room.on('peer', (peer) => {
    const chat = peer.channel('chat');
    chat.on('message', (text) => window.shown.push(text));
    chat.ready.then(() => chat.send('hello'));
  });
`;

/** page <=> page, introduced by a node. Only the address is put in. */
describe.runIf(has('chromium'))("what stands in the client's README", () => {
  let browser: Browser;
  const toStop: (() => unknown)[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });

  const serve = async (code: string, as: PastedAs): Promise<NodeProcess> => {
    const page = await pastedPage(code, as, '<video autoplay muted></video>');
    toStop.push(() => page.remove());
    const node = await startNode({ PARLEY_PUBLIC_TOKENS: TOKEN, PARLEY_DEMO_DIR: page.folder });
    toStop.push(() => node.stop());
    return node;
  };
  const open = async (url: string): Promise<WatchedPage> => {
    const watched = await openPage(browser, url);
    toStop.push(() => watched.page.close());
    return watched;
  };

  it.each([
    ['bundled', example, 'bundle'],
    ['with the client that the node serves', served, 'module'],
  ] as const)('is a chat and a video call of two pages, pasted as it is: %s', async (_, code, as) => {
    const { url } = await serve(code, as);
    const host = await open(url);
    await until('the link to be there', () => host.page.url().includes('#'));
    const guest = await open(host.page.url());

    await Promise.all([hasHeard(host.page, ['hello']), hasHeard(guest.page, ['hello'])]);
    await host.page.evaluate(`peer().channel('chat').send('and welcome')`);
    await guest.page.evaluate(`peer().channel('chat').send('glad to be here')`);
    await Promise.all([
      hasHeard(host.page, ['hello', 'glad to be here']),
      hasHeard(guest.page, ['hello', 'and welcome']),
    ]);

    await sendCamera(host.page);
    await seesMoving(guest.page);
    await sendCamera(guest.page);
    await seesMoving(host.page);
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('is, in five lines of the other README, a video call', async () => {
    const { url } = await serve(fiveLines, 'bundle');
    const host = await open(url);
    await until('the link to be there', () => host.page.url().includes('#'));
    const guest = await open(host.page.url());

    await Promise.all([seesMoving(host.page), seesMoving(guest.page)]);
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('is a connection of those who negotiate themselves', async () => {
    const { url } = await serve(negotiating, 'bundle');
    const [one, other] = [await open(url), await open(url)];

    for (const { page } of [one, other]) {
      const states = `made.map((pc) => pc.connectionState).join()`;
      await until('the two to be connected', () => page.evaluate(`${states} === 'connected'`), 30_000);
    }
    expect([...one.problems, ...other.problems]).toEqual([]);
  });

  it('is a program for Node that answers a page', async () => {
    const { url } = await serve(visitor, 'bundle');
    const program = putIn(codeBlock(README, 'js', 'node-datachannel'), "'wss://your.host'", `'${url}'`);
    const child = new Child({
      name: 'the program for Node',
      path: process.execPath,
      args: ['--input-type=module', '--eval', program],
      cwd: shippedPath('test'), // from where it finds its packages
      env: surroundings({ TOKEN }),
    });
    toStop.push(() => child.stop());

    const { page, problems } = await open(url);
    await until('the answer', () => page.evaluate('shown.length > 0'), 30_000);
    expect(await page.evaluate('shown')).toEqual(['you said: hello']);
    expect({ problems, output: child.output }).toEqual({ problems: [], output: '' });
  });
});

/** Both that it came, and that it came from the other one. */
function hasHeard(page: Page, texts: readonly string[]): Promise<unknown> {
  const expected = `JSON.stringify(${JSON.stringify(texts)}.map((text) => [peer().id, text]))`;
  return until(
    `a page to show ${texts.join(', ')}`,
    () => page.evaluate(`room.peers.size === 1 && JSON.stringify(shown) === ${expected}`),
    30_000,
  );
}

async function sendCamera(page: Page): Promise<void> {
  await page.evaluate(
    `navigator.mediaDevices.getUserMedia({ video: true }).then((camera) => peer().addStream(camera))`,
  );
}

function seesMoving(page: Page): Promise<unknown> {
  const frames = `document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames`;
  return until('pictures to arrive', () => page.evaluate(`${frames} > 5`), 30_000);
}
