import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { socketContract } from '@parley/core/contract-socket';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from './listen.ts';

socketContract('ws', listen);

/** PROXY v2, from 203.0.113.7 to 192.0.2.1. */
const PROXY_HEADER = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c0000201c35001bb', 'hex');
const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n');

describe('a PROXY header that is not wanted', () => {
  it('is refused and told, once for each connection', async () => {
    const { say, tolds } = await start({ proxyProtocol: false });
    expect(await say(PROXY_HEADER, REQUEST)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await say(PROXY_HEADER, REQUEST)).toMatch(/^HTTP\/1\.1 400 /);
    expect(tolds()).toBe(2);
  });

  it('is not seen in other things that are no HTTP, and not told where it is wanted', async () => {
    const unwanted = await start({ proxyProtocol: false });
    expect(await unwanted.say(Buffer.from('\r\n\r\nQUIT\r\n\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await unwanted.say(REQUEST)).toMatch(/^HTTP\/1\.1 204 /);
    expect(unwanted.tolds()).toBe(0);

    const wanted = await start({ proxyProtocol: true });
    expect(await wanted.say(PROXY_HEADER, REQUEST)).toMatch(/^HTTP\/1\.1 204 /);
    expect(wanted.tolds()).toBe(0);
  });
});

describe('ws', () => {
  it('by itself takes the process down when a listener throws', async () => {
    const path = createRequire(import.meta.url).resolve('ws');
    const running = promisify(execFile)(process.execPath, ['-e', FAULTY, path]);
    await expect(running).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('a bug') });
  });
});

/** A server whose listener throws, and a client of it. */
const FAULTY = `
  const { WebSocket, WebSocketServer } = require(process.argv[1]);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
    const client = new WebSocket('ws://127.0.0.1:' + server.address().port);
    client.on('open', () => client.send('x')).on('error', () => {});
  });
  server.on('connection', (socket) => socket.on('message', () => { throw new Error('a bug'); }));
`;

/** A server, and how to send it bytes on a new connection and read all of its answer. */
async function start({ proxyProtocol }: { proxyProtocol: boolean }) {
  let told = 0;
  const server = await listen(
    {
      host: '127.0.0.1',
      port: 0,
      maxMessageBytes: 1_024,
      maxBackpressureBytes: 1_024,
      proxyProtocol,
      onRefusedProxyHeader: () => (told += 1),
    },
    {
      upgrade: async () => ({ ok: false, answer: { status: 404, headers: {}, body: '' } }),
      http: async () => ({ status: 204, headers: {}, body: '' }),
    },
  );
  onTestFinished(() => server.stop());

  async function say(...pieces: readonly Buffer[]): Promise<string> {
    const wire = connect(server.port, '127.0.0.1');
    let answer = '';
    wire.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    wire.write(Buffer.concat(pieces));
    await once(wire, 'close');
    return answer;
  }
  return { say, tolds: () => told };
}
