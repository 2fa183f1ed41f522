import { Redis } from 'ioredis';

import type { RedisCluster } from '../../support/redis-cluster.ts';
import type { OwnRedis } from '../../support/redis.ts';
import { statusOf } from '../../support/process-cluster.ts';
import type { NodeProcess } from '../../support/process.ts';
import { until } from '../../support/until.ts';
import { withRedis } from './entries.ts';

/** Masters of a {@link RedisCluster}: the first of its processes. */
const MASTERS = 3;

/** Where things live in a Redis Cluster, and how to move them. */
export class Slots {
  readonly #redis: RedisCluster;

  constructor(redis: RedisCluster) {
    this.#redis = redis;
  }

  /** The slot of a key or a channel. */
  of(key: string): Promise<number> {
    return withRedis(this.#redis.nodes[0]!.url, (plain) => plain.cluster('KEYSLOT', key));
  }

  /** Which of the masters, counted from 0, had the key when the cluster was made. */
  async shardOf(key: string): Promise<number> {
    return Math.floor(((await this.of(key)) * MASTERS) / 16_384);
  }

  /** A name of which the key lies on this shard: the first that does of `stem-1`, `stem-2`, … */
  async nameAt(shard: number, keyOf: (name: string) => string, stem = 'name'): Promise<string> {
    for (let n = 1; ; n += 1) {
      const name = `${stem}-${n}`;
      if ((await this.shardOf(keyOf(name))) === shard) return name;
    }
  }

  /** A master and its replica. */
  shard(shard: number): [master: OwnRedis, replica: OwnRedis] {
    return [this.#redis.nodes[shard]!, this.#redis.nodes[shard + MASTERS]!];
  }

  /** Resolves when the process has become a master. */
  promoted(redis: OwnRedis, deadlineMs?: number): Promise<boolean> {
    return until('a promotion', () => isMaster(redis), deadlineMs);
  }

  /** Resolves when it has become a replica. */
  demoted(redis: OwnRedis, deadlineMs?: number): Promise<boolean> {
    return until('a master that follows another', async () => !(await isMaster(redis)), deadlineMs);
  }

  /**
   * Moves a slot and all that is in it to another master, as `redis-cli --cluster reshard` does.
   *
   * @param halfway called while the slot is at neither: its keys are still at the one, what is new belongs to the other
   */
  async move(
    slot: number,
    from: number,
    to: number,
    halfway: () => Promise<void> = async () => {},
  ): Promise<void> {
    const all = this.#redis.nodes.map(({ url }) => new Redis(url));
    const [source, target] = [all[from]!, all[to]!];
    try {
      const [sourceId, targetId] = await Promise.all(
        [source, target].map((one) => one.call('CLUSTER', 'MYID')),
      );
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(sourceId));
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(targetId));
      await halfway();
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 1_000)) as string[];
      const place = ['127.0.0.1', this.#redis.nodes[to]!.port, '', 0, 5_000];
      if (keys.length > 0) await source.call('MIGRATE', ...place, 'KEYS', ...keys);
      for (const master of [target, source, ...all.slice(0, MASTERS)])
        await master.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(targetId));
    } finally {
      all.forEach((one) => one.disconnect());
    }
  }
}

const isMaster = ({ url }: OwnRedis) =>
  withRedis(url, async (plain) => (await plain.info('replication')).includes('role:master'));

/** The channel on which a node listens now, as another one, or itself, knows it. */
export async function channelOf(node: NodeProcess, prefix: string, toldBy = node): Promise<string> {
  const [{ nodes }, { node: id }] = await Promise.all([statusOf(toldBy), statusOf(node)]);
  const row = nodes.find((known) => known.node === id) as { inbox?: string } | undefined;
  return `${prefix}:inbox:{${row?.inbox ?? id}}`;
}

/** How many listen to a channel at a Redis process. */
export function listenersAt({ url }: OwnRedis, channel: string): Promise<number> {
  return withRedis(url, async (plain) => {
    const [, count] = (await plain.call('PUBSUB', 'SHARDNUMSUB', channel)) as [string, number];
    return count;
  });
}
