import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect, type ConnectionOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { isTlsError } from '../ports/socket.ts';
import type { Listen, SendOutcome } from '../ports/socket.ts';
import { certificateFiles } from './certificate.ts';
import { Client, handshake, PATIENCE, request } from './client.ts';
import { MAX_MESSAGE_BYTES, setStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** PROXY v2, from 203.0.113.7 to 192.0.2.1. */
const PROXY_HEADER = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c0000201c35001bb', 'hex');

/** More than any kernel buffers of one loopback connection. */
const MAX_MESSAGES = 16_384;

export function tlsContract(listen: Listen): void {
  const start = (options = {}): Promise<Stage> =>
    setStage(listen, { options: { tls: certificateFiles(), ...options } });

  describe('with TLS of its own, a server', () => {
    it('tells the node of it, with a handshake and with another request', async () => {
      const stage = await start();
      await stage.join();
      const client = await stage.dial();
      client.write(request('GET /x'));
      await client.body();
      expect(stage.upgrades[0]).toMatchObject({ tls: true, address: '127.0.0.1' });
      expect(stage.requests[0]).toMatchObject({ tls: true, address: '127.0.0.1' });
    });

    it('carries messages both ways, up to the largest, and an end with its reason', async () => {
      const stage = await start();
      const { client, session } = await stage.join();
      const large = 'ü'.repeat(MAX_MESSAGE_BYTES / 2);
      client.text(large);
      await expect.poll(() => session.texts.map(({ text }) => text), PATIENCE).toEqual([large]);
      session.socket.cork(() => {
        session.socket.send(large);
        session.socket.send('and more');
      });
      session.socket.end(4200, 'replaced');
      await client.over();
      expect(client.texts()).toEqual([large, 'and more']);
      expect(client.closeFrame()).toEqual({ code: 4200, reason: 'replaced' });
      await expect.poll(() => session.closes, PATIENCE).toEqual([4200]);
    });

    it('drops a client that does not read', async () => {
      const stage = await start();
      const { client, session } = await stage.join();
      client.wire.pause();
      let outcome: SendOutcome = 'sent';
      for (let i = 0; i < MAX_MESSAGES && outcome !== 'dropped'; i += 1) {
        outcome = session.socket.send('x'.repeat(MAX_MESSAGE_BYTES));
        await nextTurn();
      }
      expect(outcome).toBe('dropped');
      await expect.poll(() => session.closes, PATIENCE).toEqual([1006]);
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
      const stage = await start();
      expect(await versionOf(stage, { minVersion: version, maxVersion: version })).toBe(version);
    });

    it.each(['TLSv1', 'TLSv1.1'] as const)('does not speak %s', async (version) => {
      const stage = await start();
      // Without the lower security level our own side would refuse.
      const old: ConnectionOptions = {
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
      };
      await expect(versionOf(stage, old)).rejects.toThrow(/protocol version|alert/i);
      await stage.join();
    });

    it('answers nobody who speaks plainly, and lives on', async () => {
      const stage = await start();
      const client = await Client.connect(stage.server.port);
      client.write(handshake());
      await client.over();
      expect(client.heads).toBe(0);
      expect(stage.upgrades).toEqual([]);
      await stage.join();
    });

    it('believes no PROXY header, before the TLS handshake or inside it', async () => {
      const stage = await start({ proxyProtocol: true });
      const before = await Client.connect(stage.server.port);
      before.write(PROXY_HEADER);
      before.write(handshake());
      await before.over();
      const inside = await stage.dial();
      inside.write(Buffer.concat([PROXY_HEADER, Buffer.from(request('GET /'))]));
      await inside.head().catch(() => {});
      await stage.join();
      const seen = [...stage.upgrades, ...stage.requests].map(({ proxiedAddress }) => proxiedAddress);
      expect(seen.filter(Boolean)).toEqual([]);
    });

    it('ends its sockets with 1001 when it is stopped', async () => {
      const stage = await start();
      const { client, session } = await stage.join();
      await stage.server.stop();
      expect(session.closes).toEqual([1001]);
      await client.over();
      expect(client.closeFrame()?.code).toBe(1001);
    });
  });

  describe('a server whose TLS cannot be had', () => {
    const [one, other] = ['certFile', 'keyFile'] as const;
    it.each<[string, (files: Files, others: Files) => Files]>([
      ['certificate is missing', (files) => ({ ...files, [one]: '/nowhere.pem' })],
      ['key is missing', (files) => ({ ...files, [other]: '/nowhere.pem' })],
      ['key is of another certificate', (files, others) => ({ ...files, [other]: others[other] })],
      ['certificate is a key', (files) => ({ ...files, [one]: files[other] })],
      ['key is a certificate', (files) => ({ ...files, [other]: files[one] })],
    ])('because its %s does not start', async (_why, spoil) => {
      const tls = spoil(certificateFiles(), certificateFiles());
      await expect(setStage(listen, { options: { tls } })).rejects.toSatisfy(isTlsError);
    });
  });
}

type Files = ReturnType<typeof certificateFiles>;

/** What a client that insists on a version ends up with. */
async function versionOf({ server }: Stage, options: ConnectionOptions): Promise<string | null> {
  const wire = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(wire, 'secureConnect');
  const version = wire.getProtocol();
  wire.destroy();
  return version;
}
