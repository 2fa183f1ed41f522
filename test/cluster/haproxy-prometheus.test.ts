import { spawnSync } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { createConnection, createServer, type AddressInfo, type Server } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { WebSocket } from 'ws';

import { untilAcquainted } from '../support/acquaintances.ts';
import { Refused } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { startServerHere, type ClusterNode } from '../support/cluster.ts';
import { startHaproxy, type Haproxy } from '../support/haproxy.ts';
import { startProcesses, statusOf, type ProcessCluster } from '../support/process-cluster.ts';
import { has, pathOf } from '../support/programs.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { startOwnRedis, type OwnRedis } from '../support/redis.ts';
import { shippedPath } from '../support/shipped.ts';
import { until } from '../support/until.ts';

describe.runIf(has('haproxy') && has('prometheus'))('two nodes behind HAProxy, watched by Prometheus', () => {
  let cluster: ProcessCluster;
  let haproxy: Haproxy;
  let prometheus: Prometheus;
  const connect = connecting(() => haproxy.url);
  beforeAll(async () => {
    cluster = await startProcesses(2, {
      PARLEY_TRUSTED_PROXIES: '127.0.0.1',
      PARLEY_MAX_SESSIONS_PER_ADDRESS: '4',
    });
    haproxy = await startHaproxy({ backends: cluster.nodes });
    prometheus = await startPrometheus({
      targets: cluster.nodes.map(({ opsPort }) => `127.0.0.1:${opsPort}`),
      haproxyTargets: [`127.0.0.1:${haproxy.statsPort}`],
    });
    await untilUp(haproxy, 2);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await haproxy?.stop();
    await cluster?.stop();
  });

  /** One after the other: of two at the same moment HAProxy may count neither yet. */
  const four = async () => [await connect(), await connect(), await connect(), await connect()] as const;

  it('share the clients, who meet all the same', async () => {
    const clients = await four();
    const statuses = await Promise.all(cluster.nodes.map(statusOf));
    expect(statuses.map(({ sessions }) => sessions)).toEqual([2, 2]);

    const [host, ...guests] = clients;
    const { room } = await host.request({ type: 'join', capacity: 4 }, 'joined');
    for (const guest of guests) await guest.request({ type: 'join', room }, 'joined');
    await untilAcquainted(clients, room);
  });

  it('are both scraped, and what they say can be asked for', async () => {
    const [host, ...guests] = await four();
    await host.request({ type: 'join', room: 'watched' }, 'joined');
    for (const guest of guests) await guest.request({ type: 'join', room: 'watched' }, 'joined');

    await until('both nodes and HAProxy to be scraped', async () => {
      const up = await prometheus.query('up');
      expect(up.map(({ labels, value }) => `${labels['job']} ${value}`).sort()).toEqual([
        'haproxy 1',
        'parley 1',
        'parley 1',
      ]);
      return true;
    });
    const valueOf = async (promql: string) => (await prometheus.query(promql))[0]?.value;
    await until('four sessions', async () => (await valueOf('sum(parley_sessions)')) === 4);

    // The host talks to everybody, so also to the other node, until two scrapes have seen it do so.
    const quantile = (path: string) =>
      `histogram_quantile(0.9, sum by (le) (rate(parley_relay_seconds_bucket{path="${path}"}[30s])))`;
    const secondsOf = async (path: string) => {
      for (const guest of guests)
        await host.request(
          { type: 'signal', room: 'watched', to: guest.welcome.peer, custom: 'x' },
          'delivered',
        );
      return (await valueOf(quantile(path))) ?? NaN;
    };
    for (const path of ['local', 'remote']) {
      const seconds = await until(
        `a relay latency (${path})`,
        async () => {
          const answer = await secondsOf(path);
          return answer > 0 && answer;
        },
        20_000,
      );
      expect(seconds).toBeLessThan(2);
    }
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
  });

  it('do not let strangers know which software answers', async () => {
    const banner = async (url: string) => [
      ...(await fetch(`${url}/v1/health`)).headers.keys(),
      ...(await headersOf101(url)),
    ];
    const named = /^(server|x-powered-by|via|uwebsockets)$/;
    expect((await banner(haproxy.url)).filter((name) => named.test(name))).toEqual([]);
    // The 20 of uWebSockets.js, which HAProxy takes out.
    const direct = (await banner(cluster.nodes[0]!.url)).filter((name) => named.test(name));
    const isUws = JSON.stringify(await statusOf(cluster.nodes[0]!)).includes('uws');
    expect(direct).toEqual(isUws ? ['uwebsockets', 'uwebsockets'] : []);
  });

  it('are kept from one address that only opens connections', async () => {
    const opened = Array.from({ length: 1_010 }, () =>
      createConnection({ port: haproxy.port, host: '127.0.0.1', localAddress: '127.0.0.5' }).on(
        'error',
        () => {},
      ),
    );
    try {
      await until('the last ones to be hung up on', () => opened.filter(({ closed }) => closed).length >= 10);
      expect(opened.filter(({ closed }) => closed)).toHaveLength(10);
      await connect({ socket: { localAddress: '127.0.0.6' } });
    } finally {
      for (const socket of opened) socket.destroy();
    }
  });

  it('know where a client comes from, and limit that address and no other', async () => {
    const from = (localAddress: string) => connect({ socket: { localAddress } });
    const refused = async (localAddress: string) => {
      const outcome = await from(localAddress).catch((error: unknown) => error);
      return outcome instanceof Refused ? outcome.status : undefined;
    };
    // Four on each of the two nodes.
    await until('the others to be gone', async () => {
      const statuses = await Promise.all(cluster.nodes.map(statusOf));
      return statuses.every(({ sessions }) => sessions === 0);
    });
    for (let n = 0; n < 8; n += 1) await from('127.0.0.2');
    expect(await refused('127.0.0.2')).toBe(429);
    await from('127.0.0.3');
    // Who claims to be somebody else is believed nothing.
    const claim = { socket: { localAddress: '127.0.0.2' }, headers: { 'X-Forwarded-For': '127.0.0.4' } };
    await expect(connect(claim)).rejects.toMatchObject({ status: 429 });
  });
});

describe.runIf(has('haproxy'))('HAProxy before a node that turns unready', () => {
  let redis: OwnRedis;
  let steady: ClusterNode;
  let shaky: ClusterNode;
  let haproxy: Haproxy;
  const connect = connecting(() => haproxy.url);
  const trusting = { PARLEY_TRUSTED_PROXIES: '127.0.0.1' };
  beforeAll(async () => {
    redis = await startOwnRedis();
    steady = await startServerHere(trusting);
    shaky = await startServerHere({ ...trusting, PARLEY_REDIS_URL: redis.url });
    haproxy = await startHaproxy({ backends: [steady, shaky] });
    await untilUp(haproxy, 2);
  });
  afterAll(async () => {
    redis?.resume();
    await haproxy?.stop();
    await Promise.all([steady?.stop(), shaky?.stop()]);
    await redis?.stop();
  });

  it('sends nobody there any more, leaves alone who is there, and comes back to it', async () => {
    // One after the other: of two at the same moment HAProxy may count neither yet.
    const before = [await connect(), await connect()];
    expect([steady, shaky].map(({ node }) => node.status().sessions)).toEqual([1, 1]);

    redis.pause();
    const isOut = async () => (await haproxy.nodes()).get('node2')?.up === false;
    await until('the node to be taken out', isOut, 30_000);
    expect((await haproxy.nodes()).get('node2')?.check).toBe('L7STS');
    for (let n = 0; n < 4; n += 1) await connect();
    expect([steady, shaky].map(({ node }) => node.status().sessions)).toEqual([5, 1]);
    for (const client of before) await client.request({ type: 'ping' }, 'pong');

    redis.resume();
    await untilUp(haproxy, 2);
    await until('it to get new ones', async () => {
      await connect();
      return shaky.node.status().sessions > 1;
    });
  });
});

describe.runIf(has('haproxy'))('what HAProxy passes on', () => {
  let haproxy: Haproxy | undefined;
  let node: Listener | undefined;
  let operations: Server | undefined;
  afterEach(async () => {
    await haproxy?.stop();
    node?.server.close();
    operations?.close();
  });

  it('is the client in a PROXY v2 header, and no cookie, and nothing that the client claims to be', async () => {
    node = await record();
    operations = createHttpServer((_request, response) => response.end('ready'));
    const opsPort = await listening(operations);
    haproxy = await startHaproxy({ backends: [{ port: node.port, opsPort }] });
    await until('the probe', async () => (await haproxy!.nodes()).get('node1')?.check === 'L7OK');

    const claims = { 'X-Forwarded-For': '192.0.2.9', Forwarded: 'for=192.0.2.9', 'X-Real-IP': '192.0.2.9' };
    const headers = { ...claims, Cookie: 'session=secret' };
    await fetch(`${haproxy.url}/v1/connect`, { headers });
    const { proxy, head } = node.last();
    // Version 2, PROXY, TCP over IPv4, twelve bytes: haproxy.org, proxy-protocol.txt, section 2.2.
    expect(proxy.subarray(0, 16).toString('hex')).toBe('0d0a0d0a000d0a515549540a2111000c');
    expect([...proxy.subarray(16, 20)]).toEqual([127, 0, 0, 1]);
    expect(head).toMatch(/^x-forwarded-for: 127\.0\.0\.1$/im);
    expect(head).toMatch(/^x-forwarded-proto: http$/im);
    expect(head).not.toMatch(/192\.0\.2\.9|secret|cookie/i);

    // Elsewhere a page's cookies are its own affair.
    await fetch(`${haproxy.url}/`, { headers });
    expect(node.last().head).toMatch(/^cookie: session=secret$/im);
  });
});

describe('the files that ship', () => {
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: shippedPath('.'), encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };

  it.runIf(has('haproxy'))('are a configuration that HAProxy accepts', () => {
    const { status, output } = run(pathOf('haproxy'), '-c', '-f', 'infra/haproxy/haproxy.cfg');
    expect({ status, output }).toMatchObject({ status: 0 });
    // The nodes have names that only the network of the compose file knows.
    const unknown = /could not resolve address 'node\d', disabling server/;
    const warnings = output.split('\n').filter((line) => /^\[(ALERT|WARNING)\]/.test(line));
    expect(warnings.filter((line) => !unknown.test(line))).toEqual([]);
  });

  it.runIf(has('promtool'))('are a configuration and rules that Prometheus accepts', () => {
    const checked = run(pathOf('promtool'), 'check', 'config', 'infra/prometheus/prometheus.yml');
    expect(checked).toMatchObject({ status: 0 });
  });

  it.runIf(has('promtool'))('are alerts that fire when they should, and only then', () => {
    const tested = run(pathOf('promtool'), 'test', 'rules', 'infra/prometheus/alerts.test.yml');
    expect(tested).toMatchObject({ status: 0 });
  });
});

async function untilUp(haproxy: Haproxy, count: number): Promise<void> {
  await until(
    `${count} nodes that HAProxy has probed`,
    async () => {
      const states = [...(await haproxy.nodes()).values()];
      return states.filter(({ up, check }) => up && check === 'L7OK').length === count;
    },
    20_000,
  );
}

interface Listener {
  readonly server: Server;
  readonly port: number;
  /** The last connection: its PROXY header, and the head of its request. */
  last(): { readonly proxy: Buffer; readonly head: string };
}

/** Stands in the place of a node, answers everything and remembers what it was sent. */
async function record(): Promise<Listener> {
  let last = Buffer.alloc(0);
  const server = createServer((wire) => {
    let received = Buffer.alloc(0);
    wire.on('error', () => {}); // HAProxy resets what it is done with
    wire.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (!received.includes('\r\n\r\n', PROXY_HEADER_BYTES)) return;
      last = received;
      wire.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
    });
  });
  return {
    server,
    port: await listening(server),
    last: () => ({
      proxy: last.subarray(0, PROXY_HEADER_BYTES),
      head: last.toString('latin1', PROXY_HEADER_BYTES).replaceAll('\r', ''),
    }),
  };
}

/** Over IPv4. */
const PROXY_HEADER_BYTES = 28;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The names of the headers that came with 101. */
function headersOf101(url: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/connect`, ['parley.v1']);
    socket.on('error', reject).once('upgrade', ({ headers }) => {
      resolve(Object.keys(headers));
      socket.once('open', () => socket.close(1000));
    });
  });
}
