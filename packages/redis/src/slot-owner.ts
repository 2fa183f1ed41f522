import type { Cluster, Redis } from 'ioredis';

/** A slot of a Redis Cluster, and the process that serves it now: `host:port`, or nobody. */
export interface ServedSlot {
  readonly slot: number;
  readonly by: string | undefined;
}

/**
 * Who hears what is published to a channel of a Redis Cluster. Every process is asked, and the first that answers is believed:
 * any of them may be frozen, the owner itself above all.
 *
 * @throws AggregateError if none of them answers
 */
export function slotOwner(cluster: Cluster, channel: string): Promise<ServedSlot> {
  const reachable = cluster.nodes('all').filter(({ status }) => status === 'ready');
  return Promise.any(reachable.map((redis) => askOne(redis, channel)));
}

async function askOne(redis: Redis, channel: string): Promise<ServedSlot> {
  const [slot, ranges] = await Promise.all([redis.cluster('KEYSLOT', channel), redis.cluster('SLOTS')]);
  const range = ranges.find(([first, last]) => first <= slot && slot <= last);
  const [host, port] = range?.[2] ?? [];
  return { slot, by: host && port ? `${host}:${port}` : undefined };
}
