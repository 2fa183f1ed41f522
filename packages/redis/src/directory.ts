import type { Directory, Random } from '@parley/core';

import { redisBans } from './bans.ts';
import type { Keys } from './keys.ts';
import { redisNodes } from './nodes.ts';
import { redisPeers } from './peers.ts';
import { redisQueues } from './queues.ts';
import { redisRooms } from './rooms.ts';
import type { Scripts } from './scripts.ts';

/** The directory in Redis: each method is one script on one slot, and rejects with `Unavailable` or not at all. */
export function redisDirectory(
  scripts: Scripts,
  keys: Keys,
  random: Random,
  whenBack: (task: () => void) => void,
): Directory {
  return {
    nodes: redisNodes(scripts, keys, random, whenBack),
    peers: redisPeers(scripts, keys),
    rooms: redisRooms(scripts, keys, random),
    queues: redisQueues(scripts, keys),
    bans: redisBans(scripts, keys),
  };
}
