import type { Contestant, Running } from '../contestants/contestant.ts';
import { parley } from '../contestants/parley.ts';
import { bareRelay, peerServer, socketIo } from '../contestants/single.ts';
import { yWebrtc } from '../contestants/y-webrtc.ts';
import type { Found } from '../load/jobs/job.ts';
import { holdOpen } from '../load-process.ts';
import { calmMemory } from '../memory.ts';
import { redisMemory } from '../redis-watch.ts';
import { beside } from './beside.ts';
import type { Scale, Scenario } from './scenario.ts';

/** What somebody costs who has joined and says nothing. */
export const memory: Scenario = {
  name: 'memory',
  title: 'Memory for each idle connection that has joined a room: 18,000 on one process (quick: 4,000)',
  figures: [
    { name: 'bytes', title: 'resident memory', unit: 'bytes a connection', better: 'less' },
    { name: 'redisBytes', title: 'memory of Redis', unit: 'bytes a connection', better: 'less' },
  ],
  entrants: beside([bareRelay, parley, peerServer, yWebrtc, socketIo], 1, grown),
  targets: [{ figure: 'bytes', limit: 2_500 }],
};

/** Memory that connections add to a process that has had a thousand already, and so has compiled and allocated what it needs. */
async function grown({ dialect }: Contestant, running: Running, { isQuick, seed }: Scale): Promise<Found> {
  const { ports, watched, redisUrl } = running;
  const count = isQuick ? 4_000 : 18_000;
  const inRedis = async () => (redisUrl === undefined ? undefined : redisMemory(redisUrl));
  const warm = await holdOpen({ name: 'hold', dialect, ports, seed: seed + 1_000, count: 1_000 });
  const [before, redisBefore] = [await calmMemory(watched.servers), await inRedis()];
  const held = await holdOpen({ name: 'hold', dialect, ports, seed, count });
  const [after, redisAfter] = [await calmMemory(watched.servers), await inRedis()];
  const lost = warm.lost + held.lost;
  await Promise.all([warm.release(), held.release()]);
  if (lost > 0) throw new Error(`${lost} idle connections were lost`);
  return {
    figures: {
      bytes: (after - before) / count,
      ...(redisBefore !== undefined &&
        redisAfter !== undefined && { redisBytes: (redisAfter - redisBefore) / count }),
    },
    busy: { load: 0 },
  };
}
