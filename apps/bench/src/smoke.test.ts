import { existsSync } from 'node:fs';

import { has } from '@parley/test/support/programs.ts';
import { shippedPath } from '@parley/test/support/shipped.ts';
import { describe, expect, it } from 'vitest';

import { bareCluster, socketIoCluster } from './contestants/clustered.ts';
import type { Contestant, Running } from './contestants/contestant.ts';
import { parley } from './contestants/parley.ts';
import { bareRelay, peerServer, socketIo } from './contestants/single.ts';
import { yWebrtc } from './contestants/y-webrtc.ts';
import { connect } from './load/jobs/connect.ts';
import { pairing } from './load/jobs/pairing.ts';
import { relay } from './load/jobs/relay.ts';
import { trip } from './load/jobs/trip.ts';
import { holdOpen, runLoad } from './load-process.ts';

const TIMEOUT_MS = 60_000;

const isBuilt = existsSync(shippedPath('apps/edge/dist/main.js'));
const withRedis = has('redis-server') ? [bareCluster, socketIoCluster, ...(isBuilt ? [parley] : [])] : [];

/** Starts it, does this with it and stops it, whatever happens. */
async function using(
  contestant: Contestant,
  nodes: number,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const running = await contestant.start(nodes);
  try {
    await work(running);
  } finally {
    await running.stop();
  }
}

describe('a benchmark of toy size', () => {
  const load = { seed: 1, atOnce: 2, warmup: 2, count: 4 };
  const flow = { pairs: 2, roomSize: 2, inFlight: 2, warmupMs: 50, measureMs: 100 };

  it.each([bareRelay, peerServer, yWebrtc, socketIo].map((one) => [one.name, one] as const))(
    'does all work with %s',
    { timeout: TIMEOUT_MS },
    (_name, contestant) =>
      using(contestant, 1, async ({ ports, watched }) => {
        const common = { ...load, ports, watched, dialect: contestant.dialect };
        const found = [
          await relay({ ...common, ...flow, name: 'relay' }),
          await connect({ ...common, seed: 2, name: 'connect' }),
          await pairing({ ...common, seed: 3, name: 'pairing' }),
        ];
        for (const { figures } of found) expect(figures['perSecond']).toBeGreaterThan(0);
        const { figures } = await trip({ ...common, seed: 4, name: 'trip', warmupTrips: 1, trips: 5 });
        expect(figures['medianUs']).toBeGreaterThan(0);
      }),
  );

  it.each(withRedis.map((one) => [one.name, one] as const))(
    'relays across two nodes with %s, in rooms of four',
    { timeout: TIMEOUT_MS },
    (_name, contestant) =>
      using(contestant, 2, async ({ ports, watched }) => {
        const common = { ...load, ports, watched, dialect: contestant.dialect };
        const relayed = await relay({ ...common, ...flow, roomSize: 4, name: 'relay' });
        expect(relayed.figures['perSecond']).toBeGreaterThan(0);
        const paired = await pairing({ ...common, seed: 3, name: 'pairing' });
        expect(paired.figures['perSecond']).toBeGreaterThan(0);
      }),
  );

  it(
    'makes its load in a process of its own, and hears when a connection is lost',
    { timeout: TIMEOUT_MS },
    () =>
      using(bareRelay, 1, async (running) => {
        const { ports, watched } = running;
        const { figures, busy } = await runLoad({
          ...load,
          ports,
          watched,
          dialect: 'bare',
          name: 'connect',
        });
        expect(figures['perSecond']).toBeGreaterThan(0);
        expect(busy.load).toBeGreaterThan(0);
        const held = await holdOpen({ name: 'hold', dialect: 'bare', ports, seed: 2, count: 4 });
        expect(held.lost).toBe(0);
        await running.stop();
        await expect.poll(() => held.lost).toBe(4);
        await held.release();
      }),
  );

  it('says what a server answered that refuses', { timeout: TIMEOUT_MS }, () =>
    using(peerServer, 1, async ({ ports, watched }) => {
      const job = { ...load, ports, watched, dialect: 'parley', name: 'connect' } as const;
      await expect(connect(job)).rejects.toThrow(/HTTP\/1\.1 4\d\d/);
    }),
  );
});
