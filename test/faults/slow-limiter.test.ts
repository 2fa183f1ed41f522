import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import { has } from '../support/programs.ts';
import { startOwnRedis } from '../support/redis.ts';
import { type Timed, timed } from './support/answers.ts';
import { Cable } from './support/cable.ts';
import { Stage } from './support/stage.ts';

/** What a node waits for the limiter, and what a busy machine may add to most of them. */
const DECIDED_WITHIN_MS = 150 + 100;
/** Each way: twice this is more than a limiter may take, and less than a command of the directory may. */
const SLOW_MS = 120;
/** Joins a minute: of a node of two that cannot ask in time, half of it. */
const JOINS = 12;

describe.runIf(has('redis-server'))("limiter's Redis slow", () => {
  const stage = Stage.forEachTest();

  it('is decided within 150 ms, by the own, tighter budget; and what is allowed is done, slowly', async () => {
    const { joined, refused } = await joinOften(SLOW_MS);
    expect(joined.length).toBeGreaterThanOrEqual(JOINS / 2);
    // And what came back meanwhile: one in ten seconds.
    expect(joined.length).toBeLessThan(JOINS / 2 + 3);
    expect(median(refused)).toBeLessThan(DECIDED_WITHIN_MS);
    expect(Math.min(...joined.map(({ tookMs }) => tookMs))).toBeGreaterThan(2 * SLOW_MS);
  });

  it('is decided by Redis where it is quick enough: the whole budget', async () => {
    const { joined } = await joinOften(0);
    expect(joined.length).toBeGreaterThanOrEqual(JOINS);
    expect(joined.length).toBeLessThan(JOINS + 3);
  });

  /** Joins of one peer, one after the other, at one of two nodes that are so far from Redis. */
  async function joinOften(delayMs: number) {
    const redis = await stage.keep(startOwnRedis());
    const cables = [
      await stage.keep(Cable.to(redis, { delayMs })),
      await stage.keep(Cable.to(redis, { delayMs })),
    ];
    const env = { PARLEY_JOINS_PER_MINUTE: String(JOINS) };
    const [node] = await stage.nodes(
      cables.map(({ url }) => url),
      env,
    );
    const client = await stage.client(node!);
    const joined: Timed<string>[] = [];
    const refused: Timed<string>[] = [];
    for (let n = 1; n <= 2 * JOINS; n += 1) {
      const asked = await timed(() => join(client, `room-${n}`));
      (asked.answer === 'joined' ? joined : refused).push(asked);
    }
    expect(new Set(refused.map(({ answer }) => answer))).toEqual(new Set(['rate-limited']));
    return { joined, refused };
  }
});

function median(timings: readonly Timed<unknown>[]): number {
  const sorted = timings.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function join(client: RawClient, room: string): Promise<string> {
  const answer = await client.request({ type: 'join', room });
  return answer.type === 'error' ? answer.code : answer.type;
}
