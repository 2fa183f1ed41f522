import { type Clock, type NodePorts, ParleyNode, type Random } from '@parley/core';
import { MemoryLimiter } from '@parley/core/memory';
import { optionsOf, plainNames, quietMetrics, strictLog } from '@parley/core/testing';
import type { NodeId, Realm } from '@parley/protocol';

import { Link } from './link.ts';
import type { World } from './world.ts';

/** Entries live shorter than in production, so that a run is short; the proportions are the same. */
export const LIVES = { lifeMs: 24_000, renewalMs: 8_000 };

/** One node of the simulated cluster, and its own network to Redis. */
export class SimulatedNode {
  readonly id: NodeId;
  readonly link: Link;
  readonly node: ParleyNode;
  isDead = false;

  constructor(world: World, name: string) {
    this.id = name as NodeId;
    this.link = new Link(world.clock, world.random, world.redis);
    this.node = new ParleyNode(
      optionsOf(name, { codeTtlMs: 20_000, livesForTesting: LIVES }),
      portsFor(world, this.id, this.link, world.clock, world.random),
    );
    void this.node.start();
  }

  /** The process is gone: nothing it had begun goes on, and nobody is told. */
  kill(): void {
    this.isDead = true;
    this.link.isCut = true;
  }
}

function portsFor(world: World, node: NodeId, link: Link, clock: Clock, random: Random): NodePorts {
  const { nodes, peers, queues, bans } = world.directory;
  return {
    clock,
    random,
    bus: world.network.busFor(node, link),
    directory: {
      nodes: link.over(nodes),
      peers: link.over(peers),
      rooms: link.over(world.rooms),
      queues: link.over(queues),
      bans: link.over(bans),
    },
    limiter: new MemoryLimiter({ clock }),
    verifier: {
      verify: async () => ({
        ok: true,
        identity: { realm: 'main' as Realm, rooms: ['*'], queues: ['*'], codes: true },
      }),
    },
    metrics: quietMetrics,
    log: strictLog,
    pseudonyms: plainNames,
  };
}
