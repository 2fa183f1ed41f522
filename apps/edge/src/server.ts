import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  LIMITS,
  type Log,
  type Metrics,
  type NodeOptions,
  ParleyNode,
  type ServerHandlers,
  type SocketServer,
  type SocketServerOptions,
  systemClock,
  systemRandom,
} from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { createLog, createMetrics, createPseudonyms } from '@parley/telemetry';
import { type ClientModule, clientModulePath, readClientModule } from './client-module.ts';
import type { Config } from './config.ts';
import { blaming, listenAt } from './faults.ts';
import { startOps } from './ops.ts';
import type { OpsServer } from './ops-server.ts';
import { type Page, readPage } from './page.ts';
import { iceServersFrom } from './ice.ts';
import { sharedPorts } from './ports.ts';
import { limitsOf, limitsSwitchedOff } from './limits.ts';
import { publicRoutes } from './public-routes.ts';
import { chooseSocket } from './sockets.ts';
import { strictTransport } from './strict-transport.ts';
import { tlsOf } from './tls.ts';
import { verifierFrom } from './verifier.ts';

/** A node that listens. */
export interface RunningServer {
  readonly node: ParleyNode;
  readonly port: number;
  readonly opsPort: number;
  /**
   * Lets its clients go first, within `PARLEY_DRAIN_MS`: unready, until balancers have noticed; then no new sockets, and each session is
   * told a time of its own to move. Resolves when nobody is left or the time is over. Never rejects.
   */
  drain(): Promise<void>;
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
  const verifier = verifierFrom(config, log);
  const page = await pageOf(config);
  const client = clientOf(log);
  const metrics = createMetrics({ node: nodeId, version: VERSION, socket: socket.name });
  const environment = { clock: systemClock, random: systemRandom, log };
  const pseudonyms = pseudonymsFrom(config);
  const shared = await sharedPorts(config, { ...environment, node: nodeId });
  const ice = iceServersFrom(config);
  const ports = { ...environment, ...shared, verifier, ice, metrics, pseudonyms };
  const node = new ParleyNode(nodeOptions(config, nodeId), ports);

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
        { ...place, ...socketOptions(config, log, metrics) },
        handlersOf(config, {
          upgrade: (request) => node.upgrade(request),
          http: publicRoutes({ node, client, page }),
        }),
      ),
    );
    ops = await listenAt('PARLEY_OPS_', config, (place) =>
      startOps(place, config, {
        ...ports,
        node,
        nodeId,
        shared,
        version: VERSION,
        socketName: socket.name,
        operations: node.operations,
      }),
    );
  } catch (error) {
    await end();
    throw error;
  }
  const accepting = sockets;
  const listening = { port: sockets.port, opsPort: ops.port };
  const off = limitsSwitchedOff(config);
  if (isOpenToEverybody(config))
    log.warn({ event: 'open-to-everybody' }, 'PARLEY_AUTH=none lets everybody in who reaches PARLEY_HOST');
  if (off.length > 0) log.warn({ event: 'limits-off', variables: off }, 'these limits are switched off');
  log.info(
    {
      event: 'listening',
      ...listening,
      tls: tlsOf(config) !== undefined,
      socket: socket.name,
      version: VERSION,
    },
    'listening',
  );
  return {
    node,
    ...listening,
    async drain() {
      const { PARLEY_DRAIN_MS: drainMs, PARLEY_DRAIN_WAIT_MS: waitMs } = config;
      if (drainMs === 0) return;
      log.info({ event: 'draining', sessions: node.status().sessions, drainMs }, 'draining');
      node.withdraw();
      await delay(Math.min(waitMs, drainMs));
      accepting.stopAccepting();
      await node.drain(Math.max(0, drainMs - waitMs));
    },
    async stop() {
      await end();
      log.info({ event: 'stopped' }, 'stopped');
    },
  };
}

/** For a laptop, that is right; on any other address it is seldom meant. */
const isOpenToEverybody = ({ PARLEY_AUTH: auth, PARLEY_HOST: host }: Config) =>
  auth?.includes('none') === true && !/^(127\.|::1$|localhost$)/.test(host);

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

/** Where the nodes have a key in common, they call everybody by the same names. */
const pseudonymsFrom = ({ PARLEY_LOG_KEY: key, PARLEY_LOG_ADDRESSES: addresses }: Config) =>
  createPseudonyms({ ...(key !== undefined && { key }), addresses });

async function pageOf({ PARLEY_DEMO_DIR: folder }: Config): Promise<Page | undefined> {
  return folder === undefined ? undefined : blaming('PARLEY_DEMO_DIR', () => readPage(folder));
}

/** A node that runs from its sources may have none, and introduces peers all the same. */
function clientOf(log: Log): ClientModule | undefined {
  try {
    return readClientModule(clientModulePath());
  } catch (error) {
    log.warn(
      { event: 'client-missing', error },
      'packages/client was not built: nobody can load it from here',
    );
    return undefined;
  }
}

/** See {@link strictTransport}. */
function handlersOf(config: Config, handlers: ServerHandlers): ServerHandlers {
  return config.PARLEY_REQUIRE_SECURE && tlsOf(config) ? strictTransport(handlers) : handlers;
}

function socketOptions(
  config: Config,
  log: Log,
  metrics: Metrics,
): Omit<SocketServerOptions, 'host' | 'port'> {
  const tls = tlsOf(config);
  let wasProxyHeaderRefused = false;
  return {
    ...(tls && { tls }),
    onFault(error) {
      metrics.faulted();
      log.error({ event: 'fault', error }, 'a fault of this node cost a request or a session');
    },
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
      maxSessionsPerToken: config.PARLEY_MAX_SESSIONS_PER_TOKEN,
      maxSessionsPerRealm: config.PARLEY_MAX_SESSIONS_PER_REALM,
    },
    maxMessageBytes: config.PARLEY_MAX_MESSAGE_BYTES,
    idleTimeoutMs: config.PARLEY_IDLE_TIMEOUT_MS,
    maxSessionLifetimeMs: config.PARLEY_MAX_SESSION_LIFETIME_MS,
    heartbeatIntervalMs: config.PARLEY_HEARTBEAT_INTERVAL_MS,
    heartbeatTimeoutMs: config.PARLEY_HEARTBEAT_TIMEOUT_MS,
    ...limitsOf(config),
    codeTtlMs: config.PARLEY_CODE_TTL_MS,
    resumeWindowMs: config.PARLEY_RESUME_WINDOW_MS,
    livesForTesting: config.livesForTesting,
  };
}
