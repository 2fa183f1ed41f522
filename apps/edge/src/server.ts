import { readFileSync } from 'node:fs';
import {
  LIMITS,
  type Log,
  type NodeOptions,
  ParleyNode,
  type SocketServer,
  type SocketServerOptions,
  systemClock,
  systemRandom,
} from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { createLog, createMetrics } from '@parley/telemetry';
import type { Config } from './config.ts';
import { blaming, listenAt } from './faults.ts';
import { listenForOps, type OpsRoute, type OpsServer, plain } from './ops-server.ts';
import { type Page, readPage } from './page.ts';
import { type SharedPorts, sharedPorts } from './ports.ts';
import { publicRoutes } from './public-routes.ts';
import { chooseSocket } from './sockets.ts';
import { verifierFrom } from './verifier.ts';

/** A node that listens. */
export interface RunningServer {
  readonly node: ParleyNode;
  readonly port: number;
  readonly opsPort: number;
  /** Ends in an orderly way: no new sockets, every session closed and given back, goodbye. Never rejects, never waits for ever. */
  stop(): Promise<void>;
}

const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** How long a node may take to hear itself for the first time. */
const START_TIMEOUT_MS = 10_000;

/**
 * Puts a node together: the only place where adapters are chosen. Rejects with one sentence when something that it needs
 * cannot be had.
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const nodeId = `n-${systemRandom.id()}` as NodeId;
  const log = createLog({ level: config.PARLEY_LOG_LEVEL, node: nodeId });
  const socket = chooseSocket(config.PARLEY_SOCKET);
  if (socket.warning) log.warn({ event: 'socket-fallback' }, socket.warning);
  const verifier = verifierFrom(config);
  const page = await pageOf(config);
  const metrics = createMetrics({ node: nodeId, version: VERSION, socket: socket.name });
  const environment = { clock: systemClock, random: systemRandom, log };
  const shared = await sharedPorts(config, { ...environment, node: nodeId });
  const node = new ParleyNode(nodeOptions(config, nodeId), { ...environment, ...shared, verifier, metrics });

  let sockets: SocketServer | undefined;
  let ops: OpsServer | undefined;
  /** Whatever of it has been opened. The operations port is the last: it says until then that the node is not ready. */
  const end = async () => {
    sockets?.stopAccepting();
    await node.stop();
    await sockets?.stop();
    await shared.close();
    await ops?.stop();
  };

  try {
    await inTime(node.start());
    sockets = await listenAt('PARLEY_', config, (place) =>
      socket.listen(
        { ...place, ...socketOptions(config, log) },
        { upgrade: (request) => node.upgrade(request), http: publicRoutes({ node, page, log }) },
      ),
    );
    ops = await listenAt('PARLEY_OPS_', config, (place) =>
      listenForOps(place, opsRoutes({ node, nodeId, metrics, shared, socketName: socket.name })),
    );
  } catch (error) {
    await end();
    throw error;
  }
  const ports = { port: sockets.port, opsPort: ops.port };
  log.info({ event: 'listening', ...ports, socket: socket.name, version: VERSION }, 'listening');
  return {
    node,
    ...ports,
    async stop() {
      await end();
      log.info({ event: 'stopped' }, 'stopped');
    },
  };
}

/** A node that cannot hear its own inbox or cannot beat would otherwise wait in silence, and for ever. */
async function inTime(starting: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fault =
      'PARLEY_REDIS_URL: Redis takes commands, but this node does not hear its own inbox; may its user subscribe to the channels of PARLEY_REDIS_PREFIX?';
    timer = setTimeout(() => reject(new Error(fault)), START_TIMEOUT_MS);
  });
  await Promise.race([starting, late]).finally(() => clearTimeout(timer));
}

async function pageOf({ PARLEY_DEMO_DIR: folder }: Config): Promise<Page | undefined> {
  return folder === undefined ? undefined : blaming('PARLEY_DEMO_DIR', () => readPage(folder));
}

function socketOptions(config: Config, log: Log): Omit<SocketServerOptions, 'host' | 'port'> {
  let wasProxyHeaderRefused = false;
  return {
    maxMessageBytes: config.PARLEY_MAX_MESSAGE_BYTES,
    maxBackpressureBytes: LIMITS.maxBackpressureBytes,
    proxyProtocol: (config.PARLEY_TRUSTED_PROXIES ?? []).length > 0,
    onRefusedProxyHeader() {
      if (wasProxyHeaderRefused) return;
      wasProxyHeaderRefused = true;
      log.warn(
        { event: 'proxy-header-refused' },
        'a connection began with a PROXY header, and PARLEY_TRUSTED_PROXIES names nobody',
      );
    },
  };
}

function nodeOptions(config: Config, node: NodeId): NodeOptions {
  return {
    node,
    version: VERSION,
    door: {
      allowedOrigins: config.PARLEY_ALLOWED_ORIGINS ?? [],
      requireOrigin: config.PARLEY_REQUIRE_ORIGIN,
      requireSecure: config.PARLEY_REQUIRE_SECURE,
      trustedProxies: config.PARLEY_TRUSTED_PROXIES ?? [],
      allowQueryToken: config.PARLEY_ALLOW_QUERY_TOKEN,
      maxSessions: config.PARLEY_MAX_SESSIONS,
      maxSessionsPerAddress: config.PARLEY_MAX_SESSIONS_PER_ADDRESS,
    },
    maxMessageBytes: config.PARLEY_MAX_MESSAGE_BYTES,
    idleTimeoutMs: config.PARLEY_IDLE_TIMEOUT_MS,
    codeTtlMs: config.PARLEY_CODE_TTL_MS,
    resumeWindowMs: config.PARLEY_RESUME_WINDOW_MS,
    iceServers: config.PARLEY_STUN_URLS ? [{ urls: config.PARLEY_STUN_URLS }] : [],
    livesForTesting: config.livesForTesting,
  };
}

function opsRoutes(parts: {
  node: ParleyNode;
  nodeId: NodeId;
  metrics: ReturnType<typeof createMetrics>;
  shared: SharedPorts;
  socketName: string;
}): Record<string, OpsRoute> {
  const { node, nodeId, metrics, shared, socketName } = parts;
  return {
    // Never looks at Redis: a restart cures no outage of something else.
    '/livez': () => plain(200, 'ok\n'),
    '/readyz': () =>
      node.isReady
        ? plain(200, 'ready\n')
        : plain(503, 'the directory does not answer, or this node is deaf\n'),
    '/metrics': async () => {
      const { contentType, text } = await metrics.render();
      return { status: 200, contentType, body: text };
    },
    '/statusz': () => {
      const status = {
        node: nodeId,
        version: VERSION,
        socket: socketName,
        ready: node.isReady,
        redis: shared.state(),
        ...node.status(),
      };
      return {
        status: 200,
        contentType: 'application/json; charset=utf-8',
        body: `${JSON.stringify(status, undefined, 2)}\n`,
      };
    },
  };
}
