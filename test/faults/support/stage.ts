import { afterEach } from 'vitest';

import { untilAcquainted } from '../../support/acquaintances.ts';
import { RawClient, type ConnectOptions } from '../../support/client.ts';
import { statusOf } from '../../support/process-cluster.ts';
import { startNode, type NodeProcess } from '../../support/process.ts';
import { uniquePrefix } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

/** Whatever can be stopped. */
interface Stoppable {
  stop(): Promise<unknown>;
}

/** What one test has on stage: it goes when the test ends, however it ends, the latest first. */
export class Stage {
  readonly #toStop: Stoppable[] = [];

  /** A stage for every test of a file, empty at the start of each. */
  static forEachTest(): Stage {
    const stage = new Stage();
    afterEach(() => stage.clear());
    return stage;
  }

  /** Keeps what was started until the test ends. */
  async keep<T extends Stoppable>(starting: T | Promise<T>): Promise<T> {
    const started = await starting;
    this.#toStop.push(started);
    return started;
  }

  /** A built node on each of these Redis URLs, on one prefix; resolves when each knows every other. */
  async nodes(redisUrls: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<NodeProcess[]> {
    const shared = { PARLEY_AUTH: 'none', PARLEY_REDIS_PREFIX: uniquePrefix(), ...env };
    const nodes = await Promise.all(
      redisUrls.map((url) => this.keep(startNode({ ...shared, PARLEY_REDIS_URL: url }))),
    );
    await untilGathered(nodes);
    return nodes;
  }

  async client({ url }: NodeProcess, options?: ConnectOptions): Promise<RawClient> {
    const client = await RawClient.connect(url, options);
    this.#toStop.push({ stop: async () => client.terminate() });
    return client;
  }

  /** A member of the room on each of these nodes, in this order, all acquainted. */
  async meet(room: string, nodes: readonly NodeProcess[]): Promise<RawClient[]> {
    const members: RawClient[] = [];
    for (const node of nodes) members.push(await this.client(node));
    for (const member of members) await member.request({ type: 'join', room }, 'joined');
    await untilAcquainted(members, room);
    return members;
  }

  async clear(): Promise<void> {
    for (const each of this.#toStop.splice(0).toReversed()) await each.stop();
  }
}

/** Waits until every one of these nodes is ready and knows that every other one is alive. */
export async function untilGathered(nodes: readonly NodeProcess[], deadlineMs = 15_000): Promise<void> {
  const isGathered = ({ ready, nodes: known }: Awaited<ReturnType<typeof statusOf>>) =>
    ready && known.filter(({ state }) => state === 'alive').length >= nodes.length;
  await until(
    `${nodes.length} nodes that know each other`,
    async () => (await Promise.all(nodes.map(statusOf))).every(isGathered),
    deadlineMs,
  );
}
