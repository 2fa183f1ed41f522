import {
  type NodePorts,
  ParleyNode,
  systemClock,
  systemRandom,
  type Listen,
  type Log,
  type SocketServer,
} from '@parley/core';
import { MemoryBus, MemoryDirectory, MemoryLimiter, MemoryNetwork } from '@parley/core/memory';
import { noIce, optionsOf, plainNames } from '@parley/core/testing';
import type { NodeId, Realm } from '@parley/protocol';
import { createMetrics, type ScrapedMetrics } from '@parley/telemetry';
import { listenWith, load } from '@parley/uws';
import * as ws from '@parley/ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { RawClient, type Refused } from '../../support/client.ts';
import { freshName } from '../support/names.ts';

const uws = load();
const LIBRARIES: readonly (readonly [string, Listen])[] = [
  ...(uws.ok ? [['uws', listenWith(uws.library)] as const] : []),
  ['ws', ws.listen],
];

/** What the bug is in: whoever says so finds it. */
const BUGGY_ROOM = 'a-room-with-a-bug-in-it';
const BUGGY_QUEUE = 'a-queue-with-a-bug-in-it';
const BUGGY_TOKEN = 'a-token-with-a-bug-in-it';

/** A bug as they are. */
const bug = (): never => {
  throw new TypeError("Cannot read properties of undefined (reading 'length')");
};

/** Does not return, or throws, for whoever stumbles over it. */
function faultyPorts(log: Log, metrics: ScrapedMetrics): NodePorts {
  const clock = systemClock;
  const node = 'n-faulty' as NodeId;
  const directory = new MemoryDirectory({ clock, random: systemRandom });
  const join = directory.rooms.join.bind(directory.rooms);
  directory.rooms.join = async (join_) => (String(join_.key).includes(BUGGY_ROOM) ? bug() : join(join_));
  const limiter = new MemoryLimiter({ clock });
  const identity = { realm: 'main' as Realm, rooms: ['*'], queues: ['*'], codes: true };
  let matches = 0;
  return {
    directory,
    limiter: {
      draw: (draws) =>
        draws.some(({ limit }) => limit === 'match' && ++matches > 0) ? bug() : limiter.draw(draws),
    },
    verifier: { verify: async (token) => (token === BUGGY_TOKEN ? bug() : { ok: true, identity }) },
    bus: new MemoryBus({ network: new MemoryNetwork({ clock }), node, clock }),
    pseudonyms: plainNames,
    ice: noIce,
    random: systemRandom,
    clock,
    metrics,
    log,
  };
}

describe.each(LIBRARIES)('a bug in the node, over %s,', (_name, listen) => {
  let logged: Readonly<Record<string, unknown>>[];
  let metrics: ScrapedMetrics;
  let node: ParleyNode;
  let sockets: SocketServer;
  let url: string;
  let neighbours: readonly [RawClient, RawClient];
  const room = freshName();

  beforeEach(async () => {
    logged = [];
    const log: Log = { error: (fields) => void logged.push(fields), warn() {}, info() {}, debug() {} };
    metrics = createMetrics({ node: 'n-faulty' as NodeId, version: 'test', socket: 'none' });
    node = new ParleyNode(optionsOf('n-faulty'), faultyPorts(log, metrics));
    await node.start();
    sockets = await listen(
      {
        host: '127.0.0.1',
        port: 0,
        maxMessageBytes: 65_536,
        maxBackpressureBytes: 262_144,
        proxyProtocol: false,
      },
      { upgrade: (request) => node.upgrade(request), http: (request) => node.check(request) },
    );
    url = `http://127.0.0.1:${sockets.port}`;
    neighbours = [await RawClient.connect(url), await RawClient.connect(url)];
    for (const client of neighbours) await client.request({ type: 'join', room }, 'joined');
  });
  afterEach(async () => {
    await Promise.all(neighbours.map((client) => client.close()));
    await node.stop();
    await sockets.stop();
  });

  /** The others have noticed nothing. */
  async function expectUnharmed(): Promise<void> {
    const [ada, bob] = neighbours;
    await ada.request({ type: 'signal', room, to: bob.welcome.peer, custom: 'are you there?' }, 'delivered');
    const newcomer = await RawClient.connect(url);
    expect((await newcomer.request({ type: 'join', room }, 'joined')).peers).toHaveLength(2);
    await newcomer.close();
  }

  const counted = async (series: string) =>
    (await metrics.render()).text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1];

  it.each([
    ['in a handler that waits', { type: 'join', room: BUGGY_ROOM }],
    ['in a port that throws at once', { type: 'match', queue: BUGGY_QUEUE }],
  ])('%s ends the session that finds it with 1011, and is logged and counted', async (_where, message) => {
    const unlucky = await RawClient.connect(url);
    unlucky.send(message);
    const { code, reason } = await unlucky.closed;
    expect({ code, reason }).toEqual({ code: 1011, reason: 'internal' });
    expect(logged.at(-1)).toEqual({
      event: 'handler-failed',
      type: message.type,
      session: expect.any(String),
      error: expect.any(TypeError),
    });
    expect(await counted('parley_closes_total{close="internal"}')).toBe('1');
    expect(await counted('parley_faults_total')).toBe('1');
    await expectUnharmed();
  });

  it('in what judges tokens refuses that one with 500 internal, and is logged and counted', async () => {
    const refused = await RawClient.connect(url, { token: BUGGY_TOKEN }).catch(
      (error: unknown) => error as Refused,
    );
    expect(refused).toMatchObject({ status: 500 });
    expect(JSON.parse((refused as Refused).body)).toEqual({
      code: 'internal',
      message: 'A fault of the node.',
    });
    const check = await fetch(`${url}/v1/check`, { headers: { authorization: `Bearer ${BUGGY_TOKEN}` } });
    expect(check.status).toBe(500);
    expect(logged).toEqual([
      { event: 'upgrade-failed', error: expect.any(TypeError) },
      { event: 'upgrade-failed', error: expect.any(TypeError) },
    ]);
    expect(await counted('parley_upgrades_total{outcome="internal"}')).toBe('1');
    expect(await counted('parley_faults_total')).toBe('2');
    await expectUnharmed();
  });

  it('in a refresh ends the session that finds it with 1011', async () => {
    const unlucky = await RawClient.connect(url);
    unlucky.send({ type: 'refresh', token: BUGGY_TOKEN });
    expect((await unlucky.closed).code).toBe(1011);
    expect(logged).toMatchObject([{ event: 'handler-failed', type: 'refresh' }]);
    await expectUnharmed();
  });

  it('that is not there harms nobody', async () => {
    const lucky = await RawClient.connect(url, { token: 'a-token-without-a-bug' });
    await lucky.request({ type: 'join', room: freshName() }, 'joined');
    await lucky.close();
    expect(logged).toEqual([]);
    expect(await counted('parley_faults_total')).toBe('0');
    await expectUnharmed();
  });
});
