import type { Log } from '@parley/core';
import { Cluster } from 'ioredis';

import type { Connection } from './connect.ts';

/** The first with script flags, by which a script cannot leave its slot, and with sharded channels. */
const OLDEST_MAJOR_VERSION = 7;

/**
 * Looks at the servers once, at the start: their version, and whether they would throw our keys away when full.
 *
 * @throws Error with one sentence when one is too old
 */
export async function checkServers(connection: Connection, log: Log): Promise<void> {
  const servers = connection instanceof Cluster ? connection.nodes('master') : [connection];
  // An ACL may forbid INFO. Then nothing is known before the first script runs, or does not.
  const infos = await Promise.all(servers.map((server) => server.info().catch(() => '')));
  for (const info of infos) {
    const version = field(info, 'redis_version');
    if (version && Number.parseInt(version, 10) < OLDEST_MAJOR_VERSION) {
      throw new Error(
        `Redis ${version} is too old: ${OLDEST_MAJOR_VERSION}.0 or newer, or Valkey, is needed`,
      );
    }
    const policy = field(info, 'maxmemory_policy');
    if (policy && policy !== 'noeviction') {
      log.warn({ policy }, 'this Redis throws keys away when it is full: set maxmemory-policy noeviction');
    }
  }
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
}
