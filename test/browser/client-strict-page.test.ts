import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ENDPOINTS } from '@parley/protocol/plain';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Server, startNode } from '../conformance/servers.ts';
import { launchBrowser } from '../support/browser.ts';
import { has } from '../support/programs.ts';
import { until } from '../support/until.ts';

/** What a page tells in the end: what was heard over a channel, and which directives of its policy were violated. */
interface Outcome {
  readonly heard: string;
  readonly violated: readonly string[];
}

/** Before everything else. */
const WATCH = `
const violated = new Set();
document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violated.add(effectiveDirective));
globalThis.tell = (heard) => fetch('/outcome', { method: 'POST', body: JSON.stringify({ heard, violated: [...violated] }) });
`;

/** Two ends in one page meet, and one says something. */
const meeting = (module: string, node: string) => `
import { connect } from '${module}';
const said = new Promise((resolve, reject) => {
  const meet = async (name) => {
    const parley = await connect('${node}');
    const room = await parley.join('strict');
    room.on('peer', (peer) => {
      const chat = peer.channel('chat');
      chat.on('message', (text) => name === 'one' && resolve(text));
      chat.ready.then(() => name === 'other' && chat.send('hello'), reject);
    });
  };
  Promise.all([meet('one'), meet('other')]).catch(reject);
});
said.catch(String).then(tell);
`;

/** Does what a strict page must not. */
const MISBEHAVING = `
try { document.body.innerHTML = '<b>text</b>'; } catch {}
try { trustedTypes.createPolicy('loose', {}); } catch {}
import('data:text/javascript,').catch(() => {});
document.body.setAttribute('style', 'color: red');
setTimeout(() => tell('nothing'), 100);
`;

describe.runIf(has('chromium'))('a page under a strict policy', () => {
  let browser: Browser;
  let node: Server;
  let nodeUrl: string;
  let site: HttpServer;
  let siteUrl: string;
  let outcome: Outcome | undefined;
  let scripts: Readonly<Record<string, string>> = {};
  let headers: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    browser = await launchBrowser();
    node = await startNode('open', { PARLEY_ALLOWED_ORIGINS: '*' });
    nodeUrl = node.url.replace('ws:', 'http:');
    site = createServer((request, response) => {
      const path = request.url ?? '';
      if (request.method === 'POST')
        void bodyOf(request).then((body) => (outcome = JSON.parse(body) as Outcome));
      const script = scripts[path];
      if (script !== undefined) return void response.setHeader('content-type', 'text/javascript').end(script);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader('content-type', 'text/html').end(PAGE);
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    site?.closeAllConnections();
    site?.close();
    await node?.stop();
  });

  /** Opens the page and waits for what it has to tell. */
  const visit = async (
    policies: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>>,
  ) => {
    [outcome, scripts, headers] = [undefined, { ...files, '/watch.js': WATCH }, policies];
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    try {
      await page.goto(siteUrl);
      const told = await until('the page to tell what it heard', () => outcome, 20_000);
      return { ...told, problems };
    } finally {
      await page.close();
    }
  };
  const clientFromNode = async () => (await fetch(`${nodeUrl}${ENDPOINTS.client}`)).text();
  const policy = () => ({
    'content-security-policy': [
      `default-src 'none'; script-src 'self'; connect-src 'self' ${nodeUrl} ${node.url}`,
      `base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    ].join('; '),
  });

  it('loads the client, connects and opens a channel without a report', async () => {
    const files = { '/client.js': await clientFromNode(), '/page.js': meeting('/client.js', nodeUrl) };
    expect(await visit(policy(), files)).toEqual({ heard: 'hello', violated: [], problems: [] });
  });

  it('and a page that violates it is found out', async () => {
    const { violated, problems } = await visit(policy(), { '/page.js': MISBEHAVING });
    expect(violated.toSorted()).toEqual([
      'require-trusted-types-for',
      'script-src-elem',
      'style-src-attr',
      'trusted-types',
    ]);
    expect(problems.length).toBeGreaterThan(0);
  });

  it('of another origin imports the client from the node, isolated as it is', async () => {
    const isolation = {
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    };
    const page = meeting(`${nodeUrl}${ENDPOINTS.client}`, nodeUrl);
    expect(await visit(isolation, { '/page.js': page })).toMatchObject({ heard: 'hello', problems: [] });
  });
});

const PAGE =
  '<!doctype html><title>Strict</title><body><script src="/watch.js"></script><script type="module" src="/page.js"></script>';

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  return body;
}
