import { afterAll, afterEach } from 'vitest';

import { WatchedNode } from '../support/watched-node.ts';
import { NODES, type NodeName } from './nodes.ts';

/** The nodes that one file of tests needs: each starts when it is first asked for, and is searched and stopped at the end. */
export function stage(): (name: NodeName) => Promise<WatchedNode> {
  const nodes = new Map<NodeName, Promise<WatchedNode>>();
  const all = () => Promise.all(nodes.values());
  afterEach(async () => {
    await Promise.all((await all()).map((node) => node.leave()));
  });
  afterAll(async () => {
    const endings = await Promise.allSettled((await all()).map((node) => node.stop()));
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
  });
  return (name) => {
    const started = nodes.get(name) ?? WatchedNode.start(NODES[name]);
    nodes.set(name, started);
    return started;
  };
}
