import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Child, temporaryFolder } from './child.ts';
import { withFreePorts } from './ports.ts';
import { pathOf } from './programs.ts';
import { Shipped } from './shipped.ts';

/** A node to send clients to. */
export interface Backend {
  readonly host?: string;
  readonly port: number;
  /** Where `/readyz` is asked. */
  readonly opsPort: number;
}

/** A running HAProxy with the configuration that ships. */
export interface Haproxy {
  readonly port: number;
  /** Where clients connect: `http://127.0.0.1:port`. */
  readonly url: string;
  readonly statsPort: number;
  /** What HAProxy thinks of each node, by name (`node1`, `node2`, …). */
  nodes(): Promise<ReadonlyMap<string, BackendState>>;
  /** Its log so far, one line a finished session. */
  readonly output: string;
  stop(): Promise<void>;
}

/** One line of HAProxy's own statistics. */
export interface BackendState {
  /** Takes new sessions. */
  readonly up: boolean;
  /** The last probe, for instance `L7OK` or `L7STS` (wrong status); empty before the first one. */
  readonly check: string;
  /** Open sessions. */
  readonly sessions: number;
}

/** What a test may vary. */
export interface HaproxyOptions {
  /** The nodes, called `node1`, `node2`, … in this order. */
  readonly backends: readonly Backend[];
  /** False for nodes whose socket library does not read PROXY headers. */
  readonly proxyProtocol?: boolean;
}

/** Starts `infra/haproxy/haproxy.cfg`; it answers, but may not have probed the nodes yet (see {@link Haproxy.nodes}). */
export function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  return withFreePorts(2, async (port, statsPort = 0) => {
    const folder = temporaryFolder('haproxy');
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, configuration(options, port, statsPort));
    const child = new Child({ name: 'haproxy', path: pathOf('haproxy'), args: ['-db', '-f', file], folder });
    const nodes = () => statistics(statsPort);
    await child.ready(nodes);
    return {
      port,
      url: `http://127.0.0.1:${port}`,
      statsPort,
      nodes,
      get output() {
        return child.output;
      },
      stop: () => child.stop(),
    };
  });
}

function configuration(
  { backends, proxyProtocol = true }: HaproxyOptions,
  port: number,
  statsPort: number,
): string {
  const servers = backends.map(
    ({ host = '127.0.0.1', port: service, opsPort }, index) =>
      `    server node${index + 1} ${host}:${service} port ${opsPort}\n`,
  );
  const shipped = new Shipped('infra/haproxy/haproxy.cfg')
    .replace(/^ {4}bind :8080$/m, `    bind 127.0.0.1:${port}`)
    .replace(/^ {4}bind :8404$/m, `    bind 127.0.0.1:${statsPort}`)
    .replace(/(^ {4}server node\d .*\n)+/m, servers.join(''));
  return proxyProtocol ? shipped.text : shipped.replace(/ send-proxy-v2(?= resolvers)/, '').text;
}

/** Reads the table that HAProxy serves as CSV: a first line with the names of the columns, then one line a thing. */
async function statistics(statsPort: number): Promise<ReadonlyMap<string, BackendState>> {
  const csv = await (await fetch(`http://127.0.0.1:${statsPort}/;csv`)).text();
  const [names = [], ...rows] = csv
    .replace(/^# /, '')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const states = rows
    .map((row) => new Map(names.map((name, column) => [name, row[column] ?? ''])))
    .filter((row) => row.get('pxname') === 'nodes' && row.get('svname') !== 'BACKEND')
    .map((row): [string, BackendState] => [row.get('svname') ?? '', state(row)]);
  return new Map(states);
}

function state(row: ReadonlyMap<string, string>): BackendState {
  return {
    up: row.get('status')?.startsWith('UP') ?? false,
    check: row.get('check_status')?.replace('* ', '') ?? '',
    sessions: Number(row.get('scur')),
  };
}
