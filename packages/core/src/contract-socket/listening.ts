import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Listen } from '../ports/socket.ts';
import { handshake, PATIENCE, request } from './client.ts';
import { gate, setStage } from './stage.ts';

const MANY = 200;

export function listeningContract(listen: Listen): void {
  describe('listening', () => {
    it('on port 0 picks a free port, each time another', async () => {
      const [one, other] = [await setStage(listen), await setStage(listen)];
      expect(one.server.port).toBeGreaterThan(0);
      expect(other.server.port).not.toBe(one.server.port);
    });

    it('on a port that is taken rejects and says so, and leaves the other alone', async () => {
      const stage = await setStage(listen);
      const { port } = stage.server;
      await expect(setStage(listen, { options: { port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
      await stage.join();
    });

    it('on a port of our choice takes it for itself alone', async () => {
      const first = await setStage(listen);
      const { port } = first.server;
      await first.server.stop();
      const stage = await setStage(listen, { options: { port } });
      expect(stage.server.port).toBe(port);
      await expect(setStage(listen, { options: { port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    });

    it('on an address that is not ours rejects and says so', async () => {
      await expect(setStage(listen, { options: { host: '192.0.2.1' } })).rejects.toMatchObject({
        code: 'EADDRNOTAVAIL',
      });
    });
  });

  describe('stopAccepting', () => {
    it('refuses new connections and keeps the open ones', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      stage.server.stopAccepting();
      stage.server.stopAccepting();
      await expect(stage.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      client.text('still here');
      await expect.poll(() => session.texts.length, PATIENCE).toBe(1);
      session.socket.send('so am I');
      await expect.poll(() => client.texts(), PATIENCE).toEqual(['so am I']);
    });

    it('ends HTTP connections with the answer that they wait for', async () => {
      const { passed, open } = gate();
      const stage = await setStage(listen, {
        http: () => passed.then(() => ({ status: 200, headers: {}, body: 'done' })),
      });
      const client = await stage.dial();
      client.write(request('GET /'));
      await expect.poll(() => stage.requests.length, PATIENCE).toBe(1);
      stage.server.stopAccepting();
      open();
      expect(await client.bodyUntilEnd()).toBe('done');
      expect((await client.head()).status).toBe(200);
    });
  });

  describe('stop', () => {
    it('ends every socket with 1001 and waits until each has heard it', async () => {
      const stage = await setStage(listen);
      const joined = [await stage.join(), await stage.join(), await stage.join()];
      await stage.server.stop();
      for (const { client, session } of joined) {
        expect(session.closes).toEqual([1001]);
        await client.over();
        expect(client.closeFrame()?.code).toBe(1001);
      }
      await expect(stage.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });

    it('does not wait for a client that does not answer, for an idle one, or for a request', async () => {
      const { passed, open } = gate();
      const stage = await setStage(listen, {
        http: () => passed.then(() => ({ status: 200, headers: {}, body: '' })),
      });
      const { client: mute, session } = await stage.join({ answersClose: false });
      const idle = await stage.dial();
      const waiting = await stage.dial();
      waiting.write(request('GET /'));
      await expect.poll(() => stage.requests.length, PATIENCE).toBe(1);
      await stage.server.stop();
      expect(session.closes).toEqual([1001]);
      for (const client of [mute, idle, waiting]) await client.over();
      open();
    });

    it('abandons a handshake that waits for its answer', async () => {
      const { passed, open } = gate();
      const stage = await setStage(listen, { admit: () => passed.then(() => 'open') });
      const client = await stage.dial();
      client.write(handshake());
      await expect.poll(() => stage.upgrades.length, PATIENCE).toBe(1);
      await stage.server.stop();
      await client.over();
      open();
      await expect.poll(() => stage.abandoned, PATIENCE).toBe(1);
    });

    it('may come twice, and after stopAccepting', async () => {
      const stage = await setStage(listen);
      const { session } = await stage.join();
      stage.server.stopAccepting();
      await Promise.all([stage.server.stop(), stage.server.stop()]);
      await stage.server.stop();
      expect(session.closes).toEqual([1001]);
    });
  });

  describe(`${MANY} sockets`, () => {
    it('that come and go in every way leave nothing behind', async () => {
      const stage = await setStage(listen);
      await stage.join().then(({ client }) => client.close(1000));
      await expect.poll(() => stage.sessions[0]?.closes.length, PATIENCE).toBe(1);
      const before = openFiles();
      const joined = await Promise.all(Array.from({ length: MANY }, () => stage.dial()));
      for (const client of joined) client.write(handshake());
      await expect.poll(() => stage.sessions.length, PATIENCE).toBe(1 + MANY);

      for (const [i, client] of joined.entries()) {
        if (i % 4 === 0) client.close(1000);
        if (i % 4 === 1) client.reset();
        if (i % 4 === 2) client.wire.end();
      }
      for (const [i, { socket }] of stage.sessions.entries()) if (i % 4 === 0) socket.end(4000, 'drained');
      for (const client of joined) {
        await client.over();
        client.wire.destroy();
      }
      await expect
        .poll(() => stage.sessions.filter(({ closes }) => closes.length !== 1), PATIENCE)
        .toEqual([]);
      await expect.poll(openFiles, PATIENCE).toBeLessThanOrEqual(before);
    });
  });
}

/** Where the system says it; elsewhere nothing is counted. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
