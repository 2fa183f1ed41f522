import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fetchKeySet, readKeyServerUrl } from './key-server.ts';
import { hangUp, keySet, silence, startKeyServer, text } from './testing/key-server.ts';
import type { KeyServerForTesting } from './testing/key-server.ts';

let server: KeyServerForTesting;
beforeAll(async () => {
  server = await startKeyServer(silence);
});
afterAll(() => server.stop());

const TIMEOUT_MS = 5_000;
const fetched = () => fetchKeySet(server.url, TIMEOUT_MS);
const padded = (bytes: number) => `{"keys":[]}${' '.repeat(bytes - 11)}`;

describe('what a key server answers', () => {
  it('is read as JSON', async () => {
    server.answer = keySet({ kid: 'a' });
    expect(await fetched()).toEqual({ keys: [{ kid: 'a' }] });
  });

  it('may have 128 KiB and not one byte more, compressed or not', async () => {
    server.answer = text(padded(131_072));
    expect(await fetched()).toEqual({ keys: [] });
    server.answer = text(padded(131_073));
    await expect(fetched()).rejects.toThrow('its answer has more than 131072 bytes');
    const gzip = { 'content-encoding': 'gzip' };
    server.answer = text(gzipSync(padded(131_072)), 200, gzip);
    expect(await fetched()).toEqual({ keys: [] });
    server.answer = text(gzipSync(Buffer.alloc(100_000_000, ' ')), 200, gzip);
    await expect(fetched()).rejects.toThrow('its answer has more than 131072 bytes');
  });

  it('is not read to its end when it never ends', async () => {
    let isCut = false;
    server.answer = (_request, response) => {
      const chunk = Buffer.alloc(65_536, ' ');
      const pour = () => {
        while (response.write(chunk));
      };
      response.on('drain', pour).on('close', () => (isCut = true));
      pour();
    };
    await expect(fetched()).rejects.toThrow('its answer has more than 131072 bytes');
    await expect.poll(() => isCut).toBe(true);
  });

  it.each([
    ['an error', text('{"keys":[]}', 500), 'it answers 500'],
    ['a page', text('<html>'), 'its answer is no JSON'],
    ['nothing', text(''), 'its answer is no JSON'],
    ['another status that sounds well', text('', 204), 'it answers 204'],
    ['a connection that breaks', hangUp, 'it cannot be reached (UND_ERR_SOCKET)'],
  ])('is a failure with a reason when it is %s', async (_what, answer, reason) => {
    server.answer = answer;
    await expect(fetched()).rejects.toThrow(new Error(reason));
  });

  it('is not looked for where a redirect points', async () => {
    const elsewhere = await startKeyServer(keySet());
    try {
      expect(await fetchKeySet(elsewhere.url, TIMEOUT_MS)).toEqual({ keys: [] });
      for (const status of [301, 302, 303, 307, 308]) {
        server.answer = text('', status, { location: elsewhere.url.href });
        await expect(fetched()).rejects.toThrow(`it answers ${status}`);
      }
      expect(elsewhere.fetches).toBe(1);
    } finally {
      await elsewhere.stop();
    }
  });

  it('is waited for only so long, be it silent or dripping', async () => {
    server.answer = silence;
    await expect(fetchKeySet(server.url, 50)).rejects.toThrow('it is too slow');
    server.answer = (_request, response) => void response.write('{"keys":');
    await expect(fetchKeySet(server.url, 50)).rejects.toThrow('it is too slow');
    server.answer = (_request, response) => {
      response.write('{"keys":');
      setTimeout(() => response.end('[]}'), 50);
    };
    expect(await fetched()).toEqual({ keys: [] });
  });

  it('is missed when nobody listens', async () => {
    const gone = await startKeyServer(silence);
    await gone.stop();
    await expect(fetchKeySet(gone.url, TIMEOUT_MS)).rejects.toThrow('it cannot be reached (ECONNREFUSED)');
  });
});

describe('the address of a key server', () => {
  it.each([
    'https://id.example/.well-known/jwks.json',
    'http://localhost:8080/keys',
    'http://127.0.0.1/keys?tenant=a',
    'http://127.8.9.10/',
    'http://127.1/',
    'http://[::1]:8080/',
  ])('may be %s', (address) => {
    expect(readKeyServerUrl(address).href).toBe(new URL(address).href);
  });

  it.each([
    'http://id.example/keys',
    'http://127.0.0.1.example/',
    'http://127.example/',
    'http://localhost.example/',
    'http://10.0.0.1/',
    'http://0.0.0.0/',
    'http://[::ffff:127.0.0.1]/',
    'file:///etc/keys.json',
    'data:application/json,{"keys":[]}',
    'ftp://localhost/',
    'id.example/keys',
    '',
  ])('may not be %s', (address) => {
    expect(() => readKeyServerUrl(address)).toThrow(
      new Error('must be an https:// URL, or an http:// one to a loopback address'),
    );
  });

  it('has no password in it, and none is told', () => {
    for (const user of ['ada@', 'ada:hunter2@', ':hunter2@']) {
      expect(() => readKeyServerUrl(`https://${user}id.example/`)).toThrow(
        new Error('must have no user name or password'),
      );
    }
  });
});
