import { type NodePorts, ParleyNode } from '@parley/core';
import { MemoryLimiter } from '@parley/core/memory';
import { noIce, optionsOf, plainNames, quietMetrics, strictLog } from '@parley/core/testing';
import type { NodeId, PeerId, Realm } from '@parley/protocol';

import { Link } from './link.ts';
import { SimulatedProcess } from './process.ts';
import { sabotagedBus } from './sabotage.ts';
import type { World } from './world.ts';

/** Everything that ends by itself ends sooner than in production, so that a run is short; the proportions are the same. */
export const TIMES = {
  resumeWindowMs: 8_000,
  livesForTesting: { lifeMs: 28_000, renewalMs: 5_000 },
  heartbeatIntervalMs: 5_000,
  heartbeatTimeoutMs: 12_000,
  codeTtlMs: 20_000,
};

/** One node of the simulated cluster, the process it runs in, and its own network to Redis. */
export class SimulatedNode {
  readonly id: NodeId;
  readonly process: SimulatedProcess;
  readonly link: Link;
  readonly node: ParleyNode;
  /** `leaving`: it is being drained. `gone`: it was killed or has stopped. */
  state: 'alive' | 'leaving' | 'gone' = 'alive';
  /** Since when it has been cut off or frozen, or was until a moment ago. */
  #troubledSinceMs: number | undefined;
  #wellAgainMs = 0;
  readonly #world: World;

  constructor(world: World, name: string) {
    this.#world = world;
    this.id = name as NodeId;
    const { clock, random, redis } = world;
    this.process = new SimulatedProcess(clock, random);
    this.link = new Link({ clock, random, redis, process: this.process });
    this.node = new ParleyNode(optionsOf(name, TIMES), portsFor(world, this));
    void this.node.start();
  }

  get isGone(): boolean {
    return this.state === 'gone';
  }

  /** The process is gone: nothing it had begun goes on, and nobody is told. */
  kill(): void {
    this.state = 'gone';
    this.link.isCut = true;
    this.process.die();
  }

  /** It is stopped as an operator does it: first no longer ready, then everybody is let go. Resolves when it has stopped. */
  async drain(windowMs: number): Promise<void> {
    this.state = 'leaving';
    this.node.withdraw();
    await this.node.drain(windowMs);
    await this.node.stop();
    this.state = 'gone';
  }

  /** The others do not hear it from now on. */
  troubled(): void {
    this.#troubledSinceMs ??= this.#world.clock.nowMs();
    this.#wellAgainMs = Infinity;
  }

  wellAgain(): void {
    this.#wellAgainMs = this.#world.clock.nowMs();
  }

  /** Since when the others may not have heard of what it holds: it asserts it some seconds after it is well again. */
  get unheardSinceMs(): number {
    const nowMs = this.#world.clock.nowMs();
    if (nowMs - this.#wellAgainMs > REPAIR_MS) this.#troubledSinceMs = undefined;
    return this.#troubledSinceMs ?? nowMs;
  }
}

const REPAIR_MS = 8_000;

function portsFor(world: World, { id, link, process }: SimulatedNode): NodePorts {
  const { nodes, peers, rooms, queues, bans } = world.ports;
  return {
    clock: process.clock,
    random: world.random,
    bus: sabotagedBus(world.network.busFor(id, link, process), process.clock, world.sabotage),
    directory: {
      nodes: link.over(nodes),
      peers: link.over(peers),
      rooms: link.over(rooms),
      queues: link.over(queues),
      bans: link.over(bans),
    },
    limiter: new MemoryLimiter({ clock: process.clock }),
    // Who has a token has a peer of its own, which the token names; all others are whoever they are.
    verifier: {
      verify: async (token) => ({
        ok: true,
        identity: {
          realm: 'main' as Realm,
          rooms: ['*'],
          queues: ['*'],
          codes: true,
          ...(token && { peer: token as PeerId }),
        },
      }),
    },
    metrics: quietMetrics,
    log: strictLog,
    pseudonyms: plainNames,
    ice: noIce,
  };
}
