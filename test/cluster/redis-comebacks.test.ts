import { setTimeout as pause } from 'node:timers/promises';

import { comebacks, LAWS, SPOILT, type Spoilt, type Verdict } from '@parley/core/contract';
import type { SharedPorts } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startRedis, uniquePrefix, type SharedRedis } from '../support/redis.ts';
import { watchTtls } from '../support/ttl-watch.ts';
import { connect } from './redis-subjects.ts';

/** So many histories at a time, each with peers and a room of its own: they mostly wait. */
const LANES = 12;

describe('peers and rooms on Redis, whoever comes, goes and comes back in whatever order', () => {
  const prefix = uniquePrefix();
  let redis: SharedRedis;
  let ports: SharedPorts;
  beforeAll(async () => {
    redis = await startRedis();
    ports = await connect(redis.url, 'node-1', prefix);
  });
  afterAll(async () => {
    await ports?.close();
    await redis?.stop();
  });

  it('keep every law, and nothing is without a TTL at any time', async () => {
    const watch = watchTtls(redis.url, prefix);
    const firstSeed = Math.floor(Math.random() * 1_000_000);
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      live({ name: `lane-${lane}`, runs: 14, seed: firstSeed + lane }),
    );
    const verdicts = await Promise.all(lanes);
    await watch.stop();

    for (const { broken, steps, seed } of verdicts)
      expect({ broken: broken?.message, steps, seed }).toMatchObject({ broken: undefined });
    const judged = verdicts.reduce((sum, each) => sum + each.judged, 0);
    expect(judged).toBeGreaterThan(LANES * 14);
  });

  it.each(SPOILT.filter(({ law }) => ['unproven', 'moved'].includes(law)))(
    'would not keep $law by $by',
    async ({ law, spoil }) => {
      const { broken } = await live({ name: law, runs: 100, seed: 1, spoil });

      expect(broken?.message).toContain(LAWS[law]);
    },
  );

  function live({ spoil, ...options }: Living): Promise<Verdict> {
    const directory = spoil?.(ports.directory) ?? ports.directory;
    const make = () => ({ directory, advance: (ms: number) => pause(ms) });
    // Whether a key was there in the very millisecond in which it ends nobody can know.
    return comebacks({ make, ...options, isHasty: true, waitsMs: [20, 70, 120], toleranceMs: 2 });
  }
});

interface Living {
  readonly name: string;
  readonly runs: number;
  readonly seed: number;
  readonly spoil?: Spoilt['spoil'];
}
