// oxlint-disable vitest/no-conditional-tests -- what can be tested depends on which binary this machine can load
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { isTlsError } from '@parley/core';
import { certificateFiles, socketContract } from '@parley/core/contract-socket';
import { describe, expect, it } from 'vitest';
import { listenWith } from './listen.ts';
import { load } from './load.ts';
import type { Loaded } from './load.ts';

const loaded = load();
const require = createRequire(import.meta.url);

describe('uWebSockets.js', () => {
  if (loaded.ok) {
    socketContract(`${loaded.name} ${loaded.version}`, listenWith(loaded.library));
    whyItIsWrapped(loaded);
  } else it(`cannot be had on this machine: ${loaded.message}`, () => expect(loaded.refused).not.toEqual([]));
});

function whyItIsWrapped({ library }: Extract<Loaded, { ok: true }>): void {
  it('by itself takes the process down when a callback throws', async () => {
    const binary = Object.keys(require.cache).find((path) => path.endsWith('.node'));
    const running = promisify(execFile)(process.execPath, ['-e', FAULTY, String(binary)]);
    await expect(running).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('a bug') });
  });

  it('may refuse a certificate that Node takes', async () => {
    const listen = listenWith({ ...library, SSLApp: () => refused() });
    const options = { ...OPTIONS, tls: certificateFiles() };
    await expect(listen(options, HANDLERS)).rejects.toSatisfy(isTlsError);
  });
}

/** What the library says, whatever is wrong. */
function refused(): never {
  throw new Error('App construction failed');
}

/** A server whose handler throws, and a request to it. */
const FAULTY = `
  const uWS = require(process.argv[1]);
  const app = uWS.App().any('/*', () => { throw new Error('a bug'); });
  app.listen('127.0.0.1', 0, 1, (socket) => {
    require('node:http').get({ host: '127.0.0.1', port: uWS.us_socket_local_port(socket) }).on('error', () => {});
  });
`;

const OPTIONS = {
  host: '127.0.0.1',
  port: 0,
  maxMessageBytes: 1_024,
  maxBackpressureBytes: 1_024,
  proxyProtocol: false,
};

const NOT_FOUND = { status: 404, headers: {}, body: '' };
const HANDLERS = {
  upgrade: async () => ({ ok: false as const, answer: NOT_FOUND }),
  http: async () => NOT_FOUND,
};
