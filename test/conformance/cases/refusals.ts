import { ENDPOINTS, REFUSALS, type RefusalCode } from '@parley/protocol/plain';
import { assert, assertEqual } from '../assert.ts';
import type { Case, HttpResponse } from '../case.ts';

/** What is refused before there is a socket; a page could not tell one from the other. */
export const refusals: readonly Case[] = [
  {
    name: 'refusals: a request that is no upgrade of version 13 is 426',
    needs: ['http'],
    async run(t) {
      const plain = await t.http({ path: ENDPOINTS.connect });
      assertRefused(plain, 'upgrade-required');
      assertEqual(plain.headers['upgrade'], 'websocket', 'the Upgrade header');
      assertRefused(await t.upgrade({ 'sec-websocket-version': '8' }), 'upgrade-required');
    },
  },
  {
    name: 'refusals: an upgrade with an unusable key opens nothing',
    needs: ['http'],
    async run(t) {
      const { status } = await t.upgrade({ 'sec-websocket-key': 'too-short' });
      assert(status === 400 || status === 426, `400 or 426, not ${status}`);
    },
  },
  {
    name: 'refusals: subprotocols without parley.v1 among them are 400',
    needs: ['http'],
    async run(t) {
      for (const offered of ['parley.v2', 'chat, parley.v', 'parley.token.a-token-of-some-length'])
        assertRefused(await t.upgrade({ 'sec-websocket-protocol': offered }), 'unsupported-subprotocol');
    },
  },
  {
    name: 'refusals: the answer to an upgrade never repeats a credential',
    needs: ['http', 'token'],
    async run(t) {
      const { token } = t.target;
      const { status, headers } = await t.upgrade({
        'sec-websocket-protocol': `parley.token.${token}, parley.v1`,
      });
      assertEqual(status, 101, 'status');
      assertEqual(headers['sec-websocket-protocol'], 'parley.v1', 'subprotocol');
    },
  },
  {
    name: 'refusals: no credential and a malformed one are 401',
    needs: ['http', 'token'],
    async run(t) {
      const protocols = (token: string) => ({ 'sec-websocket-protocol': `parley.v1, parley.token.${token}` });
      assertRefused(await t.upgrade(), 'credential-missing');
      assertRefused(await t.upgrade(protocols('short')), 'credential-malformed');
      assertRefused(await t.upgrade({ authorization: 'Bearer short' }), 'credential-malformed');
      assertRefused(await t.upgrade({ authorization: 'Basic YTpi' }), 'credential-malformed');
      assertRefused(await t.upgrade({}, '?token=short'), 'credential-malformed');
    },
  },
  {
    name: 'refusals: of several credentials Authorization counts, then the subprotocol, then the query',
    needs: ['http', 'token'],
    async run(t) {
      const { token } = t.target;
      const header = (value: string) => ({ authorization: `Bearer ${value}` });
      const protocol = (value: string) => ({ 'sec-websocket-protocol': `parley.v1, parley.token.${value}` });
      const right = token ?? '';
      const statuses = await Promise.all([
        t.upgrade({ ...header(right), ...protocol('short') }, '?token=short'),
        t.upgrade({ ...protocol(right) }, '?token=short'),
        t.upgrade({ ...header('short'), ...protocol(right) }, `?token=${right}`),
        t.upgrade({ ...protocol('short') }, `?token=${right}`),
      ]);
      assertEqual(
        statuses.map(({ status }) => status),
        [101, 101, 401, 401],
        'statuses',
      );
    },
  },
  {
    name: 'refusals: a page of a foreign origin is 403, and check says so',
    needs: ['http', 'foreignOrigin'],
    async run(t) {
      const credential = { authorization: `Bearer ${t.target.token ?? 'none-is-asked-for'}` };
      const foreign = { ...credential, origin: t.target.foreignOrigin ?? '' };
      assertRefused(await t.upgrade(foreign), 'origin-not-allowed');
      assertRefused(await t.http({ path: ENDPOINTS.check, headers: foreign }), 'origin-not-allowed');
      // The same without an origin, as whatever is no page.
      assertEqual((await t.upgrade(credential)).status, 101, 'status without an origin');
    },
  },
  {
    name: 'check: any page may read the answer, and none gets a cookie',
    needs: ['http'],
    async run(t) {
      const origin = t.target.foreignOrigin ?? 'https://pages.example.org';
      const { headers } = await t.http({ path: ENDPOINTS.check, headers: { origin } });
      const readers = headers['access-control-allow-origin'];
      assert(readers === '*' || readers === origin, `access-control-allow-origin is ${readers}`);
      assertEqual(headers['set-cookie'], undefined, 'cookie');
    },
  },
  {
    name: 'check: a page may ask with Authorization (CORS preflight)',
    needs: ['http'],
    async run(t) {
      const { status, headers } = await t.http({
        method: 'OPTIONS',
        path: ENDPOINTS.check,
        headers: {
          origin: 'https://pages.example.org',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
      assert(status >= 200 && status < 300, `2xx, not ${status}`);
      assert(
        /\bauthorization\b/i.test(headers['access-control-allow-headers'] ?? ''),
        'authorization is allowed',
      );
    },
  },
];

function assertRefused({ status, body }: HttpResponse, code: RefusalCode): void {
  assertEqual([status, codeOf(body)], [REFUSALS[code].status, code], 'refusal');
}

function codeOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { code?: unknown }).code;
  } catch {
    return body; // then the mismatch shows what came instead
  }
}
