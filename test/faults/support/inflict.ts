import { setTimeout as pause } from 'node:timers/promises';

import { Chance } from './chance.ts';
import type { FaultyCluster } from './faulty-cluster.ts';
import type { Fault, Planned } from './schedule.ts';

/** Who can lose its socket without a word. */
interface Droppable {
  drop(): void;
}

/** Lets everything happen as planned, beginning now; resolves when the last fault is over. */
export async function inflictAll(
  planned: readonly Planned[],
  cluster: FaultyCluster,
  clients: readonly Droppable[],
): Promise<void> {
  const startedMs = performance.now();
  const inflicted: Promise<void>[] = [];
  for (const fault of planned) {
    await pause(Math.max(0, startedMs + fault.atMs - performance.now()));
    inflicted.push(inflict(fault, cluster, clients));
  }
  await Promise.all(inflicted);
}

/** Resolves when it is over. */
async function inflict(fault: Fault, cluster: FaultyCluster, clients: readonly Droppable[]): Promise<void> {
  switch (fault.kind) {
    case 'kill-node':
      return cluster.kill(fault.node);
    case 'drain-node':
      return cluster.drain(fault.node);
    case 'freeze-node':
      return cluster.freeze(fault.node, fault.forMs);
    case 'slow-link':
      return cluster.slowLink(fault.delayMs, fault.forMs);
    case 'crash-redis':
      return cluster.crashRedis(fault.forMs);
    case 'restart-redis':
      return cluster.crashRedis(0);
    case 'freeze-redis':
      return cluster.freezeRedis(fault.forMs);
    case 'forget-keys':
      return cluster.forgetKeys();
    case 'cut-subscribers':
      return cluster.cutSubscribers();
    case 'drop-sockets': {
      const chance = new Chance(fault.seed);
      for (const client of clients) if (chance.below(100) < fault.percent) client.drop();
    }
  }
}
