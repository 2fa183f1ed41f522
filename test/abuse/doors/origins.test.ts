import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { WatchedNode } from '../support/watched-node.ts';
import { NODES, PUBLIC_TOKEN, trusting } from './nodes.ts';

const env = { ...trusting, PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN };
const REFUSED = '403 origin-not-allowed';

/** What is configured, then each origin that comes and whether it comes in. `undefined`: there is none, as outside of browsers. */
const POLICIES: readonly (readonly [
  string,
  NodeJS.ProcessEnv,
  readonly (string | undefined)[],
  readonly (string | undefined)[],
])[] = [
  [
    'with a list: those, and subdomains where a star stands',
    { PARLEY_ALLOWED_ORIGINS: 'https://page.example,https://*.example.org,http://localhost:5173' },
    [
      undefined,
      'https://page.example',
      'HTTPS://PAGE.EXAMPLE',
      'https://a.example.org',
      'https://a.b.example.org',
      'http://localhost:5173',
    ],
    [
      'null',
      'https://example.org',
      'http://page.example',
      'https://page.example:8443',
      'https://page.example.evil',
      'https://evilexample.org',
      'https://evil.example/.example.org',
      'https://evil.example#.example.org',
      'https://user@evil.example?.example.org',
      'http://a.example.org',
      'https://a.example.org:8443',
      'https://.example.org',
      'http://localhost',
      '*',
      'https://page.example, https://evil.example',
    ],
  ],
  [
    'with a list and no stranger without an origin',
    { PARLEY_ALLOWED_ORIGINS: 'https://page.example', PARLEY_REQUIRE_ORIGIN: 'true' },
    ['https://page.example'],
    [undefined, 'null', 'https://evil.example'],
  ],
  [
    'with null in the list',
    { PARLEY_ALLOWED_ORIGINS: 'null' },
    [undefined, 'null'],
    ['https://page.example'],
  ],
  [
    'with a star: every page, and null, which is none, not',
    { PARLEY_ALLOWED_ORIGINS: '*' },
    [undefined, 'https://any.example'],
    ['null'],
  ],
  [
    "without a list: only pages of the node's own host",
    {},
    [undefined, 'OWN'],
    ['null', 'https://page.example', 'http://localhost'],
  ],
];

describe.each(POLICIES)('%s', (_policy, policy, allowed, refused) => {
  let node: WatchedNode;
  beforeAll(async () => {
    node = await WatchedNode.start({ ...env, ...policy });
  });
  afterAll(() => node.stop());

  const approachOf = (origin: string | undefined) =>
    origin === undefined ? {} : { origin: origin === 'OWN' ? node.url : origin };

  it.each(allowed)('%s may connect', async (origin) => {
    expect(await node.knock(approachOf(origin))).toBe('welcome');
    expect(await node.check(approachOf(origin))).toBe('200 ok');
  });

  it.each(refused)('%s may not', async (origin) => {
    expect(await node.knock(approachOf(origin))).toBe(REFUSED);
    expect(await node.check(approachOf(origin))).toBe(REFUSED);
  });
});

describe('a page that hides its origin', () => {
  let node: WatchedNode;
  beforeAll(async () => {
    node = await WatchedNode.start(NODES.usual);
  });
  afterAll(() => node.stop());

  it.each([
    ['cross-site', REFUSED],
    ['same-site', REFUSED],
    ['same-origin', '200 ok'],
    ['none', '200 ok'],
  ])('as an image does, is told by its browser, which says %s', async (site, answer) => {
    expect(await node.check({ headers: { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' } })).toBe(
      answer,
    );
  });
});

describe('what a page may read', () => {
  let node: WatchedNode;
  beforeAll(async () => {
    node = await WatchedNode.start(NODES.usual);
  });
  afterAll(() => node.stop());

  it.each([
    ['/v1/check', 'GET', 401],
    ['/v1/check', 'POST', 405],
    ['/v1/health', 'GET', 200],
    ['/v1/health', 'POST', 405],
    ['/v1/connect', 'GET', 426],
    ['/v1/nothing', 'GET', 404],
    ['/', 'GET', 404],
  ])('%s, asked by %s, is for any page, and for no cookies', async (path, method, status) => {
    const answer = await node.get(path, {
      method,
      origin: 'https://page.example',
      headers: { cookie: 'a=b' },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('/v1/check with a credential, which a browser first asks leave for', async () => {
    const { status, headers, body } = await node.get('/v1/check', {
      method: 'OPTIONS',
      origin: 'https://page.example',
      headers: { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-methods')).toBe('GET');
    expect(headers.get('access-control-allow-headers')).toBe('authorization');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('no leave is given to send anything else, or to any other path', async () => {
    for (const path of ['/v1/health', '/v1/connect', '/']) {
      const { headers } = await node.get(path, { method: 'OPTIONS', origin: 'https://page.example' });
      expect(headers.get('access-control-allow-methods')).toBeNull();
      expect(headers.get('access-control-allow-headers')).toBeNull();
    }
  });
});
