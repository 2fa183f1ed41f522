import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { Child } from '../support/child.ts';
import { codeBlock, putIn } from '../support/documents.ts';
import { pastedPage, type PastedAs } from '../support/pasted-page.ts';
import { type NodeProcess, startNode } from '../support/process.ts';
import { has, pathOf } from '../support/programs.ts';
import { until } from '../support/until.ts';

const TOKEN = 'a-public-token-of-this-test';
const SPECIFICATION = 'packages/protocol/PROTOCOL.md';

const javascript = putIn(
  `const token = '${TOKEN}';\n${codeBlock(SPECIFICATION, 'js')}`,
  'wss://signal.example.org',
  "' + location.origin.replace('http', 'ws') + '",
);

/** The same page, but its author had no patience: it makes its channel, and so an offer, whoever came first; and it reads no other before. */
const impatient = putIn(
  putIn(
    javascript,
    "else pc.ondatachannel = ({ channel }) => channel.send('hello');",
    "else pc.createDataChannel('chat');",
  ),
  'await receive(message);',
  `while (message.description && connections.get(message.from)?.pc.localDescription === null)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await receive(message);`,
);

const sdk = `
  import { connect } from '@parley/client';
  Object.assign(window, { heard: [], gone: [] });
  const parley = await connect(location.origin, { token: '${TOKEN}' });
  const room = await parley.join('lobby');
  room.on('peer', (peer) => {
    const chat = peer.channel('chat');
    chat.on('message', (text) => window.heard.push(text));
    chat.ready.then(() => chat.send('hello'));
    peer.on('left', (reason) => window.gone.push(reason));
  });
`;

/** Both clients are taken out of the specification, and only addresses are put in. */
describe.runIf(has('chromium') && has('python3'))('the Python client of PROTOCOL.md', () => {
  let browser: Browser;
  let folder: string;
  const toStop: (() => unknown)[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
    folder = mkdtempSync(join(tmpdir(), 'parley-test-python-'));
    writeFileSync(join(folder, 'echo.py'), codeBlock(SPECIFICATION, 'python'));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });

  /** page -> node <- python3; then page <=> python3. */
  const serve = async (code: string, as: PastedAs): Promise<NodeProcess> => {
    const page = await pastedPage(code, as);
    toStop.push(() => page.remove());
    const node = await startNode({ PARLEY_PUBLIC_TOKENS: TOKEN, PARLEY_DEMO_DIR: page.folder });
    toStop.push(() => node.stop());
    return node;
  };
  const startPython = (node: NodeProcess): Child => {
    const url = node.url.replace('http', 'ws');
    const args = [join(folder, 'echo.py'), url, TOKEN, 'lobby'];
    const child = new Child({ name: 'the Python client', path: pathOf('python3'), args });
    toStop.push(() => child.stop());
    return child;
  };
  const open = async (node: NodeProcess): Promise<WatchedPage> => {
    const watched = await openPage(browser, node.url);
    toStop.push(() => watched.page.close());
    return watched;
  };
  /** Starts one, and when it has its seat the other. */
  const meet = async (node: NodeProcess, first: 'python' | 'page'): Promise<[Child, WatchedPage]> => {
    if (first === 'python') {
      const python = startPython(node);
      await seated(node);
      return [python, await open(node)];
    }
    const page = await open(node);
    await seated(node);
    return [startPython(node), page];
  };

  it('has 30 lines', () => {
    const lines = codeBlock(SPECIFICATION, 'python').split('\n');
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(30);
    // And not by writing two into one.
    expect(lines.filter((line) => line.includes(';') || line.length > 120)).toEqual([]);
  });

  it.each([
    ['offers when it comes second', { first: 'page', script: javascript, offerer: 'python' }],
    ['waits for the offer when it was first', { first: 'python', script: javascript, offerer: 'page' }],
    ['gives way when both offer and it is polite', { first: 'page', script: impatient, offerer: 'page' }],
  ] as const)('%s, echoes, and says goodbye to a page without SDK', async (_, { first, script, offerer }) => {
    const node = await serve(script, 'script');
    const [python, { page, problems }] = await meet(node, first);

    await until('the two to be connected', () => page.evaluate(IS_CONNECTED), 30_000);
    expect(await page.evaluate(OWN_DESCRIPTION)).toBe(offerer === 'page' ? 'offer' : 'answer');
    expect(await page.evaluate(ASK)).toBe('is anybody there?');

    await leave(python);
    await until('the page to let go of it', () => page.evaluate('connections.size === 0'));
    expect(problems).toEqual([]);
  });

  it.each(['python', 'page'] as const)(
    'echoes, and says goodbye to a page with our SDK, first there: %s',
    async (first) => {
      const node = await serve(sdk, 'bundle');
      const [python, { page, problems }] = await meet(node, first);

      await until('the echo', () => page.evaluate('heard.length > 0'), 30_000);
      expect(await page.evaluate('heard')).toEqual(['hello']);

      await leave(python);
      await until('the page to hear of it', () => page.evaluate('gone.length > 0'));
      expect(await page.evaluate('gone')).toEqual(['left']);
      expect(problems).toEqual([]);
    },
  );
});

// What is asked in the page of the specification's JavaScript, which knows its connections by peer.
const IS_CONNECTED = `[...connections.values()].some(({ pc }) => pc.connectionState === 'connected')`;
const OWN_DESCRIPTION = `[...connections.values()][0].pc.currentLocalDescription.type`;
const ASK = `new Promise((resolve) => {
  const channel = [...connections.values()][0].pc.createDataChannel('question');
  channel.onopen = () => channel.send('is anybody there?');
  channel.onmessage = ({ data }) => resolve(data);
})`;

/** Waits until the first of the two is in the room. */
function seated({ opsUrl }: NodeProcess): Promise<unknown> {
  return until('the first to be in the room', async () => {
    const status = (await (await fetch(`${opsUrl}/statusz`)).json()) as { rooms: number };
    return status.rooms === 1;
  });
}

/** Ctrl-C, on which it says `bye`. */
async function leave(python: Child): Promise<void> {
  python.kill('SIGINT');
  expect({ ...(await python.exited), output: python.output }).toEqual({ code: 0, signal: null, output: '' });
}
