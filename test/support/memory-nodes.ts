import { ParleyNode, systemRandom, type Clock, type TokenVerifier } from '@parley/core';
import { MemoryBus, MemoryDirectory, MemoryLimiter, MemoryNetwork } from '@parley/core/memory';
import { noIce, optionsOf, plainNames, strictLog } from '@parley/core/testing';
import type { NodeId, PeerId, Realm } from '@parley/protocol';
import { createMetrics } from '@parley/telemetry';

/** Two nodes in this process over one memory directory: everything that they share or keep can be counted. */
export interface MemoryNodes {
  readonly nodes: readonly ParleyNode[];
  /** What must be nothing when nobody is here and everything has lapsed, by name: those that are something. */
  leftovers(): Record<string, number>;
}

/** How many nodes there are. */
const SIZE = 2;

/** Starts them; resolves when each has beaten. */
export async function startMemoryNodes(clock: Clock): Promise<MemoryNodes> {
  const directory = new MemoryDirectory({ clock, random: systemRandom });
  const network = new MemoryNetwork({ clock });
  const limiter = new MemoryLimiter({ clock });
  const chance = { clock, random: systemRandom };
  const shared = {
    directory,
    limiter,
    ...chance,
    verifier,
    log: strictLog,
    pseudonyms: plainNames,
    ice: noIce,
  };
  const nodes = Array.from({ length: SIZE }, (_, index) => {
    const node = `node-${index + 1}` as NodeId;
    const metrics = createMetrics({ node, version: 'test', socket: 'none' });
    return new ParleyNode(optionsOf(node, { idleTimeoutMs: 600_000, codeTtlMs: 60_000 }), {
      ...shared,
      metrics,
      bus: new MemoryBus({ network, node, clock }),
    });
  });
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes,
    leftovers() {
      const { nodes: rows, ...records } = directory.sizesForTesting();
      const counts = [
        ...nodes.flatMap((node, index) =>
          Object.entries(node.leftoversForTesting()).map(
            ([name, count]) => [`${name} of node ${index + 1}`, count] as const,
          ),
        ),
        ...Object.entries(records).map(([name, count]) => [`${name} of the directory`, count] as const),
        ['rows too many', rows - nodes.length] as const,
        ['budgets', limiter.sizeForTesting] as const,
      ];
      return Object.fromEntries(counts.filter(([, count]) => count !== 0));
    },
  };
}

/** `peer-…` speaks for that peer; `malformed` and `refused` are what they say; everything else is somebody. */
const verifier: TokenVerifier = {
  async verify(token) {
    if (token === undefined || token === 'malformed') return { ok: false, kind: 'malformed' };
    if (token === 'refused') return { ok: false, kind: 'refused', close: 'token-unknown' };
    const peer = token.startsWith('peer-') && { peer: token as PeerId };
    const identity = { realm: 'main' as Realm, ...peer, rooms: ['*'], queues: ['*'], codes: true };
    return { ok: true, identity: { ...identity, expiresInMs: 3_600_000 } };
  },
};
