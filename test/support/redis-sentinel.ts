import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Redis } from 'ioredis';

import { Child, temporaryFolder } from './child.ts';
import { withFreePorts } from './ports.ts';
import { pathOf } from './programs.ts';
import { RedisProcess, startOwnRedis, type OwnRedis, type SharedRedis } from './redis.ts';
import { until } from './until.ts';

/** A master, its replica and three Sentinels that watch them, all of this test alone. */
export interface RedisSentinel extends SharedRedis {
  /** `redis-sentinel://host:port,host:port,host:port/parley`. */
  readonly url: string;
  /** The master as long as nobody else was promoted. */
  readonly first: OwnRedis;
  readonly replica: OwnRedis;
  /** Resolves when they have promoted another than the first. */
  promoted(deadlineMs?: number): Promise<void>;
  /** Has the Sentinels promote the replica, although nothing is wrong. */
  stepDown(): Promise<void>;
}

const MASTER_NAME = 'parley';
const SENTINELS = 3;
const QUORUM = 2;

/** A master would otherwise wait five seconds for more replicas. */
const quickSync = ['--repl-diskless-sync-delay', '0'];

/**
 * Two Redis processes and three Sentinels, ready: the replica is in step, and each Sentinel knows the others and the replica.
 *
 * @param options `downAfterMs`: how long the master may be silent before a Sentinel takes it for down
 */
export async function startRedisSentinel({ downAfterMs = 1_000 } = {}): Promise<RedisSentinel> {
  const started: { stop(): Promise<unknown> }[] = [];
  const keep = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
    const one = await starting;
    started.push(one);
    return one;
  };
  const stop = async () => void (await Promise.all(started.map((one) => one.stop())));
  try {
    const first = await keep(startOwnRedis(quickSync));
    const replica = await keep(startReplica(first));
    const sentinels = await Promise.all(
      Array.from({ length: SENTINELS }, () => keep(startSentinel(first, downAfterMs))),
    );
    const ports = sentinels.map(({ port }) => port);
    await Promise.all(ports.map((port) => untilItKnowsAll(port)));
    const masterPort = () => asking(ports[0]!, masterPortOf);
    return {
      url: `redis-sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${MASTER_NAME}`,
      first,
      replica,
      async promoted(deadlineMs) {
        await until('another master', async () => (await masterPort()) !== first.port, deadlineMs);
      },
      async stepDown() {
        await asking(ports[0]!, (sentinel) => sentinel.call('SENTINEL', 'FAILOVER', MASTER_NAME));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startReplica({ port: masterPort, url }: OwnRedis): Promise<RedisProcess> {
  const following = ['--replicaof', `127.0.0.1 ${masterPort}`, ...quickSync];
  const replica = await withFreePorts(1, (port) => RedisProcess.start(port, following));
  await until('a replica in step', () =>
    withRedis(url, async (master) => /slave0:.*state=online/.test(await master.info('replication'))),
  );
  return replica;
}

/** A Sentinel writes what it learns into its own file. */
function startSentinel({ port: masterPort }: OwnRedis, downAfterMs: number) {
  return withFreePorts(1, async (port) => {
    const folder = temporaryFolder('sentinel');
    const file = join(folder, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} ${QUORUM}`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMs}`,
      // How long until another Sentinel tries when one has failed.
      `sentinel failover-timeout ${MASTER_NAME} 4000`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const child = new Child({
      name: 'a Sentinel',
      path: pathOf('redis-server'),
      args: [file, '--sentinel'],
      folder,
    });
    await child.ready(() => child.output.includes(`+monitor master ${MASTER_NAME}`));
    return { port, stop: () => child.stop() };
  });
}

function untilItKnowsAll(port: number): Promise<boolean> {
  return until(
    'Sentinels that know each other',
    async () => {
      const others = await asking(port, (sentinel) => sentinel.call('SENTINEL', 'SENTINELS', MASTER_NAME));
      const replicas = await asking(port, (sentinel) => sentinel.call('SENTINEL', 'REPLICAS', MASTER_NAME));
      return (others as unknown[]).length === SENTINELS - 1 && (replicas as unknown[]).length === 1;
    },
    20_000,
  );
}

async function masterPortOf(sentinel: Redis): Promise<number> {
  const [, port] = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME)) as string[];
  return Number(port);
}

const asking = <T>(port: number, ask: (redis: Redis) => Promise<T>) =>
  withRedis(`redis://127.0.0.1:${port}`, ask);

async function withRedis<T>(url: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
