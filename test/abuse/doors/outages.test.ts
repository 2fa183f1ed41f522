import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RawClient } from '../../support/client.ts';
import { has } from '../../support/programs.ts';
import { startOwnRedis, uniquePrefix, type OwnRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import { untilGathered } from '../support/gathered.ts';
import { freshName } from '../support/names.ts';
import { handshake, Stranger } from '../support/stranger.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { PUBLIC_TOKEN, trusting } from './nodes.ts';
import { answerTo, ended, heard } from './play.ts';

const NODES = 3;
/** Joins a minute: of a node that cannot ask, a third of it. */
const JOINS = 90;

describe.runIf(has('redis-server'))('while Redis is frozen', () => {
  let redis: OwnRedis;
  let nodes: readonly WatchedNode[];
  beforeAll(async () => {
    redis = await startOwnRedis();
    const env = {
      ...trusting,
      PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN,
      PARLEY_REDIS_URL: redis.url,
      PARLEY_REDIS_PREFIX: uniquePrefix(),
      PARLEY_JOINS_PER_MINUTE: String(JOINS),
      PARLEY_CODES_PER_MINUTE: '60',
    };
    nodes = await Promise.all(Array.from({ length: NODES }, () => WatchedNode.start(env)));
    await untilGathered(nodes);
  });
  afterAll(async () => {
    redis.resume();
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  });

  async function thaw(): Promise<void> {
    redis.resume();
    await until('the nodes to let people in again', async () => {
      const doors = await Promise.all(nodes.map((node) => node.check()));
      return doors.every((answer) => answer === '200 ok');
    });
    await untilGathered(nodes);
  }

  it('a node decides alone, by its share of the budget, long before the directory is given up', async () => {
    const [node] = nodes as [WatchedNode];
    const client = await node.enter();
    redis.pause();
    const asked = await Promise.all(
      Array.from({ length: JOINS }, () => timed(client, { type: 'join', room: freshName() })),
    );
    await thaw();

    const refused = asked.filter(({ answer }) => answer === 'error rate-limited');
    const allowed = asked.filter(({ answer }) => answer === 'error cluster-unavailable');
    expect(refused.length + allowed.length).toBe(JOINS);
    // Thirty, and what came back meanwhile: one every two seconds.
    expect(allowed.length).toBeGreaterThanOrEqual(JOINS / NODES);
    expect(allowed.length).toBeLessThan(JOINS / NODES + 5);
    // Those that were allowed then waited for the directory, which is what the others did not.
    expect(median(refused)).toBeLessThan(median(allowed) / 2);
    expect(await node.metric('parley_limiter_unavailable_total')).toBeGreaterThanOrEqual(JOINS);
  });

  it('nobody gets to try a code, with a right one neither: cluster-unavailable', async () => {
    const [host, guest] = [await nodes[0]!.enter(), await nodes[1]!.enter()];
    const { room } = await host.request({ type: 'join' }, 'joined');
    redis.pause();
    const tries = await Promise.all(
      [room, 'ABCD-EFGH', 'HGFE-DCBA'].map((code) => guest.request({ type: 'join', room: code })),
    );
    for (const answer of tries)
      expect(answer).toMatchObject({
        type: 'error',
        code: 'cluster-unavailable',
        retryAfterMs: expect.any(Number),
      });
    await thaw();
    await until(
      'leave to try again',
      async () => (await answerTo(guest, { type: 'join', room: 'ABCD-EFGH' })) === 'error room-not-found',
    );
    expect(await answerTo(guest, { type: 'join', room })).toBe('joined');
  });

  it('nobody comes in: cluster-unavailable, until it is back', async () => {
    redis.pause();
    await until('the node to notice', async () => (await nodes[0]!.check()) === '503 cluster-unavailable');
    expect(await nodes[0]!.knock()).toBe('503 cluster-unavailable');
    await thaw();
    expect(await nodes[0]!.knock()).toBe('welcome');
  });

  it('a node that stops closes its sessions as drained, and answers who is already at the door: draining', async () => {
    const [, , node] = nodes as [WatchedNode, WatchedNode, WatchedNode];
    const client = await node.enter();
    await client.request({ type: 'join', room: freshName() }, 'joined');
    const stranger = await Stranger.dial(node.process.port);
    // What it cannot give back holds a node up for a moment.
    redis.pause();
    node.process.kill('SIGTERM');
    expect(await ended(client)).toBe('4000 drained');
    stranger.write(handshake({ headers: [`Authorization: Bearer ${PUBLIC_TOKEN}`] }));
    await stranger.until('an answer', () => stranger.answers.length > 0);
    const [answer] = stranger.answers;
    expect(answer).toMatchObject({ status: 503, body: expect.stringContaining('"code":"draining"') });
    expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0);
    redis.resume();
    expect(await node.process.exited).toMatchObject({ code: 0 });
  });
});

async function timed(client: RawClient, message: object): Promise<{ answer: string; ms: number }> {
  const startedAt = performance.now();
  const answer = heard(await client.request(message));
  return { answer, ms: performance.now() - startedAt };
}

function median(timings: readonly { readonly ms: number }[]): number {
  const sorted = timings.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
