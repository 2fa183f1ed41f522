import type { Socket } from 'node:net';

import type { Outgoing } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RawClient } from '../../support/client.ts';
import { startRedis, uniquePrefix, type SharedRedis } from '../../support/redis.ts';
import { unlimited } from '../../support/unlimited.ts';
import { until } from '../../support/until.ts';
import { freshAddress, freshName } from '../support/names.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { jwtOf, LOW, PUBLIC_TOKEN, trusting } from './nodes.ts';
import { heard, times } from './play.ts';
import { stage } from './stage.ts';

const nodeNamed = stage();

/** What a node has that nobody configures. */
const byDefault = Object.fromEntries(Object.keys(unlimited).map((name) => [name, '']));

describe('what one session may say', () => {
  it('is so many frames at once, each one more is told when it may come again, and the session lives', async () => {
    const client = await (await nodeNamed('usual')).enter();
    const { signalBurst = 0 } = client.welcome.limits;
    const answers = await Promise.all(
      Array.from({ length: signalBurst + 20 }, () => client.request({ type: 'ping' })),
    );
    const limited = answers.filter(isLimited);
    // While they were sent, some came back: one a second.
    expect(limited.length).toBeGreaterThan(10);
    expect(answers.slice(0, signalBurst).filter(isLimited)).toEqual([]);
    for (const { retryAfterMs } of limited) expect(retryAfterMs).toBeOneOf(upTo(1_000));
    await until('its time', async () => (await client.request({ type: 'ping' })).type === 'pong');
  });

  it('is so many bytes at once', async () => {
    const client = await (await nodeNamed('usual')).enter();
    const { signalBurstBytes = 0, maxMessageBytes = 0 } = client.welcome.limits;
    // What is no answer has no `id`: padding stands outside of the message.
    const large = (id: number) => client.send(JSON.stringify({ type: 'ping', id }).padEnd(maxMessageBytes));
    const count = (signalBurstBytes / maxMessageBytes) * 3;
    for (let id = 0; id < count; id += 1) large(id);
    const answers = await times(count, () => client.next((message) => 're' in message));
    expect(answers.slice(0, signalBurstBytes / maxMessageBytes).filter(isLimited)).toEqual([]);
    expect(answers.filter(isLimited).length).toBeGreaterThan(0);
    for (const { retryAfterMs } of answers.filter(isLimited)) expect(retryAfterMs).toBeGreaterThan(0);
    expect(client.welcome.limits).toMatchObject({ signalBytesPerSecond: 262_144 });
  });

  it('is counted by what it says, too: bad messages end it sooner', async () => {
    const node = await nodeNamed('usual');
    const before = await node.metric('parley_limited_total', { limit: 'session-bad-messages' });
    const client = await node.enter();
    for (let frame = 0; frame < 40; frame += 1) client.send({ type: 'ping', colour: 'red' });
    expect(await client.closed).toEqual({ code: 4203, reason: 'protocol-violation' });
    expect(client.received.filter(({ type }) => type === 'error')).toHaveLength(21);
    expect(await node.metric('parley_limited_total', { limit: 'session-bad-messages' })).toBe(before + 1);
  });

  it('ends the session of who goes on, and says when it may come again', async () => {
    const node = await nodeNamed('usual');
    const client = await node.enter();
    for (let frame = 0; frame < 1_000; frame += 1) client.send({ type: 'ping' });
    const { code, reason } = await client.closed;
    expect({ code, reason }).toEqual({
      code: 4110,
      reason: expect.stringMatching(/^rate-limited retry=\d+$/),
    });
    expect(await node.metric('parley_closes_total', { close: 'rate-limited' })).toBeGreaterThan(0);
  });

  it('is never too much for a goodbye', async () => {
    const client = await (await nodeNamed('usual')).enter();
    for (let frame = 0; frame < 150; frame += 1) client.send({ type: 'ping' });
    client.send({ type: 'bye' });
    expect((await client.closed).code).toBe(1000);
  });
});

describe('what one peer may ask for in a minute', () => {
  it('is so many matches, of which waiting where it waits already is none', async () => {
    const client = await (await nodeNamed('usual')).enter();
    const queues = await times(LOW.matches, async () => freshName('queue'));
    for (const queue of [...queues, ...queues]) await client.request({ type: 'match', queue }, 'waiting');
    expect(await client.request({ type: 'match', queue: freshName('queue') }, 'error')).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: expect.any(Number),
    });
  });

  it('is so many joins', async () => {
    const client = await (await nodeNamed('usual')).enter();
    const room = freshName();
    const comeAndGo = async () => {
      const answer = await client.request({ type: 'join', room });
      await client.request({ type: 'leave', room });
      return heard(answer);
    };
    expect(new Set(await times(LOW.joins, comeAndGo))).toEqual(new Set(['joined']));
    // One comes back every 1.5 s.
    await until('the budget to be empty', async () => (await comeAndGo()) === 'error rate-limited');
  });

  it('is so many changes, and joining where it is already is one', async () => {
    const client = await (await nodeNamed('usual')).enter();
    const room = freshName();
    await client.request({ type: 'join', room }, 'joined');
    const changes = [
      { type: 'join', room },
      { type: 'update', room, meta: 1 },
    ];
    const answers = await times(LOW.updates, (index) => client.request(changes[index % 2]!));
    expect(new Set(answers.map(heard))).toEqual(new Set(['joined', 'updated']));
    expect(await client.request({ type: 'update', room, meta: 2 }, 'error')).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: expect.any(Number),
    });
    expect(client.welcome.limits).toMatchObject({ updatesPerMinute: LOW.updates });
  });

  it('is so many codes that it may guess, from one address, by however many sessions', async () => {
    const node = await nodeNamed('usual');
    const [room, guess] = [
      { type: 'join', room: 'ABCD-EFGH' },
      { type: 'join', room: 'HGFE-DCBA' },
    ];
    const credential = () => jwtOf();
    const from = freshAddress();
    const [one, other] = [
      await node.enter({ from, credential: credential() }),
      await node.enter({ from, credential: credential() }),
    ];
    const tries = await times(LOW.codes, async (index) =>
      heard(await [one, other][index % 2]!.request(room)),
    );
    expect(new Set(tries)).toEqual(new Set(['error room-not-found']));
    for (const client of [one, other])
      expect(await client.request(guess, 'error')).toMatchObject({
        code: 'rate-limited',
        retryAfterMs: expect.any(Number),
      });
    // Minting is no guessing, and neither is a name.
    expect(heard(await one.request({ type: 'join' }))).toBe('joined');
    const elsewhere = await node.enter({ credential: credential() });
    expect(heard(await elsewhere.request(guess))).toBe('error room-not-found');
  });
});

describe('by default', () => {
  let redis: SharedRedis;
  let nodes: readonly WatchedNode[];
  beforeAll(async () => {
    redis = await startRedis();
    const shared = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: uniquePrefix() };
    const settings = { ...byDefault, ...trusting, ...shared, PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN };
    nodes = await Promise.all([WatchedNode.start(settings), WatchedNode.start(settings)]);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  });

  it('a welcome tells all of it', async () => {
    expect((await nodes[0]!.enter()).welcome.limits).toEqual({
      maxMessageBytes: 65_536,
      maxRooms: 32,
      maxQueues: 8,
      maxPendingSignals: 2_048,
      signalBurst: 1_536,
      signalsPerSecond: 50,
      signalBurstBytes: 1_048_576,
      signalBytesPerSecond: 262_144,
      updatesPerMinute: 60,
      joinsPerMinute: 120,
      matchesPerMinute: 60,
    });
  });

  it('a newcomer to a room of 16 is never limited', async () => {
    await expectNeverLimited(nodes[0]!, nodes[0]!);
  });

  it('a newcomer to a room of 16 on another node is never limited', async () => {
    await expectNeverLimited(nodes[0]!, nodes[1]!);
  });
});

/** Somebody comes to a room of which fifteen are on another node; each pair says everything it has to say, at once. */
async function expectNeverLimited(near: WatchedNode, far: WatchedNode): Promise<void> {
  const room = freshName();
  const from = freshAddress();
  const others = await Promise.all(Array.from({ length: 15 }, () => far.enter({ from })));
  for (const other of others) await other.request({ type: 'join', room }, 'joined');
  const newcomer = await near.enter({ from });
  await newcomer.request({ type: 'join', room }, 'joined');
  const isNewcomer = (message: Outgoing) =>
    message.type === 'peer-joined' && message.peer === newcomer.welcome.peer;
  for (const other of others) await other.next(isNewcomer);

  const said = others.flatMap((other) => [...call(newcomer, other, room), ...call(other, newcomer, room)]);
  const answers = await Promise.all(inOnePiece([newcomer, ...others], () => said.map((say) => say())));
  expect(new Set(answers.map(heard))).toEqual(new Set(['delivered']));
  for (const client of [newcomer, ...others])
    await until('all of it to arrive', () => {
      const arrived = client.received.filter(({ type }) => type === 'signal');
      return arrived.length === (client === newcomer ? 15 * 24 : 24);
    });
}

const isLimited = (message: Outgoing): message is Extract<Outgoing, { type: 'error' }> =>
  message.type === 'error' && message.code === 'rate-limited';

const upTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1);

/** Everything one end of a call says first. */
function call(from: RawClient, to: RawClient, room: string): (() => Promise<Outgoing>)[] {
  const about = { type: 'signal', room, to: to.welcome.peer };
  const sdp = `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n${'a=rtpmap:96 VP8/90000\r\n'.repeat(100)}`;
  const candidate = (index: number) => ({
    candidate: `candidate:${index} 1 udp 2122260223 192.0.2.${index} ${50_000 + index} typ host generation 0 ufrag 4ZcD`,
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment: '4ZcD',
  });
  return [
    () => from.request({ ...about, description: { type: 'offer', sdp } }),
    ...Array.from(
      { length: 23 },
      (_, index) => () => from.request({ ...about, candidate: candidate(index) }),
    ),
  ];
}

/** What these clients say meanwhile leaves each of them at once, as it comes over a line that is faster than its machine. */
function inOnePiece<T>(clients: readonly RawClient[], say: () => T): T {
  const wires = clients.map(({ socket }) => Reflect.get(socket, '_socket') as Socket);
  wires.forEach((wire) => wire.cork());
  const said = say();
  wires.forEach((wire) => wire.uncork());
  return said;
}
