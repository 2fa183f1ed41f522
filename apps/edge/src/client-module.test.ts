import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type ClientModule, readClientModule } from './client-module.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-client-module-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CODE = 'export const connect = () => "hello, hello, hello, hello";\n';

describe('the client module', () => {
  it('may be loaded by a page of any origin, and is nothing but a script', () => {
    expect(ask(moduleOf(CODE))).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': expect.stringMatching(/^public, max-age=300\b/),
        vary: 'accept-encoding',
      },
      body: Buffer.from(CODE),
    });
  });

  it.each(['gzip', 'deflate, gzip, br', 'gzip;q=0.5', 'br;q=1.0, GZIP ; q=0.01'])(
    'is packed for whoever takes %s',
    (accepted) => {
      const { headers, body } = ask(moduleOf(CODE), { 'accept-encoding': accepted });
      expect(headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(body).toString()).toBe(CODE);
    },
  );

  it.each([undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000, br', 'xgzip', 'gzip-ish'])(
    'is plain for whoever takes %s',
    (accepted) => {
      const { headers, body } = ask(
        moduleOf(CODE),
        accepted === undefined ? {} : { 'accept-encoding': accepted },
      );
      expect(headers).not.toHaveProperty('content-encoding');
      expect(Buffer.from(body).toString()).toBe(CODE);
    },
  );

  it('is not sent again to whoever has it, and is to whoever has another', () => {
    const client = moduleOf(CODE);
    const { etag = '' } = ask(client).headers;
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
      expect(ask(client, { 'if-none-match': tags })).toMatchObject({
        status: 304,
        headers: { etag },
        body: '',
      });
    for (const tags of ['"other"', '', etag.slice(1, -1)])
      expect(ask(client, { 'if-none-match': tags }).status).toBe(200);
    expect(ask(client, { 'if-none-match': etag, 'accept-encoding': 'gzip' }).status).toBe(200);
    expect(ask(moduleOf(`${CODE}//2`), { 'if-none-match': etag }).status).toBe(200);
  });

  it('that was not built cannot be read', () => {
    expect(() => readClientModule(join(folder, 'missing.js'))).toThrow('missing.js');
  });
});

function moduleOf(code: string): ClientModule {
  const path = join(folder, 'client.js');
  writeFileSync(path, code);
  return readClientModule(path);
}

function ask(client: ClientModule, headers: Record<string, string> = {}) {
  const { body, ...answer } = client({ headers: new Map(Object.entries(headers)) });
  return { ...answer, body: body as Uint8Array };
}
