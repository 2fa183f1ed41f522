import { Cluster, Redis } from 'ioredis';

/** A plain connection for a test to look behind the adapters. */
export function plainRedis(url: string): Redis | Cluster {
  const hosts = /^redis-cluster:\/\/(.+)$/.exec(url)?.[1];
  return hosts ? new Cluster(hosts.split(',').map((host) => `redis://${host}`)) : new Redis(url);
}

/** Every key that begins with the prefix, and the milliseconds it has left: -1 if it would stay for ever. */
export async function ttlsOf(redis: Redis | Cluster, prefix: string): Promise<Map<string, number>> {
  const ttls = new Map<string, number>();
  for (const server of redis instanceof Cluster ? redis.nodes('master') : [redis]) {
    for (const key of await keysAt(server, prefix)) ttls.set(key, await server.pttl(key));
  }
  return ttls;
}

/** The keys that would stay for ever: there must be none. (-2: gone between the two questions.) */
export async function keysWithoutEnd(redis: Redis | Cluster, prefix: string): Promise<string[]> {
  return [...(await ttlsOf(redis, prefix))].filter(([, ttlMs]) => ttlMs === -1).map(([key]) => key);
}

async function keysAt(server: Redis, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const some of server.scanStream({ match: `${prefix}:*`, count: 1_000 }))
    keys.push(...(some as string[]));
  return keys;
}
