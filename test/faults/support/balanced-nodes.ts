import { startHaproxy, type Haproxy } from '../../support/haproxy.ts';
import { withFreePorts } from '../../support/ports.ts';
import { statusOf } from '../../support/process-cluster.ts';
import { startNode, type NodeProcess } from '../../support/process.ts';
import { startRedis, uniquePrefix, type SharedRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

/** Node processes behind the HAProxy that ships, as an operator has them: each keeps its address when it is restarted. */
export class BalancedNodes {
  readonly #haproxy: Haproxy;
  readonly #redis: SharedRedis;
  readonly #nodes: NodeProcess[];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(parts: {
    haproxy: Haproxy;
    redis: SharedRedis;
    nodes: NodeProcess[];
    env: NodeJS.ProcessEnv;
  }) {
    this.#haproxy = parts.haproxy;
    this.#redis = parts.redis;
    this.#nodes = parts.nodes;
    this.#env = parts.env;
  }

  static async start(size: number, settings: NodeJS.ProcessEnv): Promise<BalancedNodes> {
    const redis = await startRedis();
    const env = {
      PARLEY_REDIS_URL: redis.url,
      PARLEY_REDIS_PREFIX: uniquePrefix(),
      PARLEY_TRUSTED_PROXIES: '127.0.0.1',
      ...settings,
    };
    const nodes = await Promise.all(Array.from({ length: size }, () => startWithPorts(env)));
    const haproxy = await startHaproxy({ backends: nodes });
    const balanced = new BalancedNodes({ haproxy, redis, nodes, env });
    await balanced.#up();
    return balanced;
  }

  /** Where clients connect. */
  get url(): string {
    return this.#haproxy.url;
  }

  get nodes(): readonly NodeProcess[] {
    return this.#nodes;
  }

  /**
   * SIGTERM, and a new process at the same address once the old one has ended; resolves when HAProxy sends it clients.
   *
   * @throws Error when the old one ended in another way than it should
   */
  async restart(place: number): Promise<void> {
    const node = this.#nodes[place];
    if (!node) throw new Error(`there is no node in place ${place}`);
    node.kill('SIGTERM');
    const { code, signal } = await node.exited;
    if (code !== 0) throw new Error(`the node exited ${code ?? signal}:\n${node.output}`);
    this.#nodes[place] = await startNode({ ...this.#env, ...portsOf(node) });
    await this.#up();
  }

  async stop(): Promise<void> {
    await this.#haproxy.stop();
    await Promise.all(this.#nodes.map((node) => node.stop()));
    await this.#redis.stop();
  }

  /** Every node knows every other, and HAProxy has asked each and sends it clients. */
  async #up(): Promise<void> {
    await until(
      'every node to be up',
      async () => {
        const statuses = await Promise.all(this.#nodes.map(statusOf));
        const known = statuses.map(({ nodes }) => nodes.filter(({ state }) => state === 'alive').length);
        const states = [...(await this.#haproxy.nodes()).values()];
        return (
          known.every((count) => count === this.#nodes.length) &&
          states.every(({ up, check }) => up && check === 'L7OK')
        );
      },
      20_000,
    );
  }
}

const portsOf = ({ port, opsPort }: { readonly port: number; readonly opsPort: number }) => ({
  PARLEY_PORT: String(port),
  PARLEY_OPS_PORT: String(opsPort),
});

/** Ports that nobody is given meanwhile, while the node is not there. */
const startWithPorts = (env: NodeJS.ProcessEnv) =>
  withFreePorts(2, (port, opsPort = 0) => startNode({ ...env, ...portsOf({ port, opsPort }) }));
