import { plainRedis } from '../../support/redis-keys.ts';
import { startNode, type NodeProcess } from '../../support/process.ts';
import { statusOf } from '../../support/process-cluster.ts';
import { startOwnRedis, uniquePrefix } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import { Chance } from './chance.ts';
import { History, type SocketRecord } from './history.ts';
import { mostWithin } from './interval.ts';
import { ResumingClient } from './resuming-client.ts';

export interface StormOptions {
  readonly sockets: number;
  readonly nodes: number;
  /** False: clients that do not know who they were. */
  readonly resumes?: boolean;
}

/** What it costs when everybody comes back at once. */
export interface StormReport {
  /** From the first drop until half, 99 of 100, and all of the sockets had their welcome, in milliseconds. */
  readonly backMs: { readonly half: number; readonly most: number; readonly all: number };
  /** Until everybody also saw the other of its room as here; `undefined`: it did not come to that. */
  readonly acquaintedMs: number | undefined;
  /** The most attempts to connect in any second. */
  readonly mostPerSecond: number;
  /** How many are who they were. */
  readonly resumed: number;
  /** How many attempts failed, by why. */
  readonly failed: ReadonlyMap<string, number>;
  /** What was asked of Redis meanwhile, by command; renewals and beats are in it. */
  readonly redisCommands: ReadonlyMap<string, number>;
  /** How late the event loop of each node was, in milliseconds. */
  readonly lags: readonly { readonly meanMs: number; readonly p99Ms: number; readonly maxMs: number }[];
}

/** Lets many sockets, two in a room, lose their lines in one moment, and watches them come back as clients must: with full jitter. */
export async function raiseStorm({
  sockets,
  nodes: size,
  resumes = true,
}: StormOptions): Promise<StormReport> {
  const redis = await startOwnRedis();
  const nodes = await startNodes(size, redis.url);
  const history = new History();
  const urls = nodes.map(({ url }) => url);
  const clients = Array.from({ length: sockets }, (_, number) => {
    const rooms = [`room-${number >> 1}`];
    const chance = new Chance(number);
    return new ResumingClient({
      name: `peer-${number}`,
      urls: () => urls,
      rooms,
      history,
      chance,
      resumes,
      handshakeMs: PATIENCE_MS,
    });
  });
  try {
    await gather(clients);
    return await endure(clients, history, () => costs(nodes, redis.url));
  } finally {
    await inBatches(clients, (batch) => Promise.all(batch.map((client) => client.stop())));
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  }
}

async function endure(
  clients: readonly ResumingClient[],
  history: History,
  measure: () => Promise<Pick<StormReport, 'redisCommands' | 'lags'>>,
): Promise<StormReport> {
  const before = await measure();
  const first = history.sockets.length;
  const droppedMs = performance.now();
  for (const client of clients) client.drop();
  const tried = () => history.sockets.slice(first);
  const welcomes = () => tried().flatMap(({ welcome }) => welcome ?? []);
  await until('everybody to be back', () => welcomes().length >= clients.length, PATIENCE_MS);
  const acquaintedMs = await until(
    'everybody to be seen',
    () => areAcquainted(clients),
    PATIENCE_MS / 4,
  ).then(
    () => performance.now() - droppedMs,
    () => undefined,
  );
  const after = await measure();
  const backMs = welcomes()
    .map(({ atMs }) => atMs - droppedMs)
    .toSorted((one, other) => one - other);
  const share = (part: number) => backMs[Math.ceil(part * backMs.length) - 1] ?? 0;
  return {
    backMs: { half: share(0.5), most: share(0.99), all: share(1) },
    acquaintedMs,
    mostPerSecond: mostWithin(
      tried().map(({ triedAtMs }) => triedAtMs),
      1_000,
    ),
    resumed: welcomes().filter(({ resumed }) => resumed).length,
    failed: failuresOf(tried()),
    redisCommands: difference(after.redisCommands, before.redisCommands),
    lags: after.lags,
  };
}

function failuresOf(tried: readonly SocketRecord[]): Map<string, number> {
  const failed = new Map<string, number>();
  for (const { welcome, end } of tried) {
    if (welcome || !end) continue;
    const why = end.reason.split(' retry=')[0] || `closed ${end.code}`;
    failed.set(why, (failed.get(why) ?? 0) + 1);
  }
  return failed;
}

async function startNodes(size: number, redisUrl: string): Promise<NodeProcess[]> {
  const env = {
    PARLEY_AUTH: 'none',
    PARLEY_MAX_SESSIONS_PER_ADDRESS: '0',
    PARLEY_REDIS_URL: redisUrl,
    PARLEY_REDIS_PREFIX: uniquePrefix(),
  };
  const nodes = await Promise.all(Array.from({ length: size }, () => startNode(env)));
  await until('nodes that know each other', async () =>
    (await Promise.all(nodes.map(statusOf))).every(({ nodes: known }) => known.length === size),
  );
  return nodes;
}

/** A few at a time: what is measured is how they come back, not how they came. */
async function gather(clients: readonly ResumingClient[]): Promise<void> {
  await inBatches(clients, async (batch) => {
    for (const client of batch) client.start();
    await until('a seat for everybody', () => batch.every(({ isSettled }) => isSettled), 30_000);
  });
  await until('everybody to see the other', () => areAcquainted(clients), 30_000);
}

const areAcquainted = (clients: readonly ResumingClient[]) =>
  clients.every(({ isSettled, rooms, sight }) => {
    const [other, ...more] = rooms.flatMap((room) => sight.others(room));
    return isSettled && other?.isAway === false && more.length === 0;
  });

/** What Redis and the nodes say: a scrape ends one measurement of the event loop and begins the next. */
async function costs(nodes: readonly NodeProcess[], redisUrl: string) {
  const redis = plainRedis(redisUrl);
  const stats = await redis.info('commandstats');
  redis.disconnect();
  const calls = [...stats.matchAll(/^cmdstat_(.+?):calls=(\d+)/gm)];
  const pages = await Promise.all(nodes.map(async ({ opsUrl }) => (await fetch(`${opsUrl}/metrics`)).text()));
  const read = (page: string, name: string) => {
    const [, seconds] = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(page) ?? [];
    return Number(seconds) * 1_000;
  };
  return {
    redisCommands: new Map(calls.map(([, command = '', count]) => [command, Number(count)])),
    lags: pages.map((page) => ({
      meanMs: read(page, 'mean'),
      p99Ms: read(page, 'p99'),
      maxMs: read(page, 'max'),
    })),
  };
}

function difference(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  const grown = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return new Map(
    grown
      .filter(([name, count]) => count > 0 && name !== 'info')
      .toSorted(([, one], [, other]) => other - one),
  );
}

async function inBatches<T>(
  items: readonly T[],
  work: (batch: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) await work(items.slice(at, at + BATCH));
}

const BATCH = 250;
const PATIENCE_MS = 60_000;
