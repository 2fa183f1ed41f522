import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import { MemoryLimiter } from './memory/index.ts';
import { Penalties } from './penalties.ts';
import { Unavailable } from './ports/directory.ts';
import type { Limiter, LimitName } from './ports/limiter.ts';
import { Gate } from './testing/gate.ts';
import { quietMetrics } from './testing/quiet.ts';
import { ratesOf } from './testing/samples.ts';
import { Throttle } from './throttle.ts';

const JOIN = { limit: 'join', subject: 'main/alice' } as const;
const SLOW = new Unavailable('slow');

describe('a throttle', () => {
  it('lets a minute’s worth through at once, then one by one, and says when', async () => {
    const { throttle, clock } = start();
    expect(await leaves(throttle, 12)).toBe(6);
    const refused = await throttle.ask(JOIN);
    expect(refused).toEqual({ ok: false, code: 'rate-limited', retryAfterMs: 10_000 });
    await clock.advance(10_000);
    expect(await leaves(throttle, 2)).toBe(1);
  });

  it('asks nobody about what nobody limits', async () => {
    const { throttle, shared } = start({ perMinute: 0 });
    expect(await leaves(throttle, 20)).toBe(20);
    expect(shared.count('draw')).toBe(0);
  });

  it('does not trouble the shared budgets with who is over this node’s own', async () => {
    const { throttle, shared, limited } = start();
    await leaves(throttle, 1_000);
    expect(shared.count('draw')).toBe(6);
    expect(limited).toHaveLength(994);
  });

  it('is one limit for all nodes that share it', async () => {
    const clock = new FakeClock(1_000);
    const limiter = new MemoryLimiter({ clock });
    const nodes = [start({ clock, limiter }), start({ clock, limiter }), start({ clock, limiter })];
    const through = await Promise.all(nodes.map(({ throttle }) => leaves(throttle, 10)));
    expect(through.reduce((sum, count) => sum + count)).toBe(6);
  });

  it('gives its share alone while the shared budgets cannot be asked, no more and no less', async () => {
    const { throttle, shared, unavailable } = start({ nodes: 3 });
    shared.isShut = true;
    expect(await leaves(throttle, 12)).toBe(2);
    expect(unavailable()).toBe(6);
  });

  it('gives nobody what is strict while they cannot be asked', async () => {
    const { throttle, shared } = start();
    shared.next('draw', SLOW);
    expect(await throttle.askStrictly(JOIN)).toMatchObject({ ok: false, code: 'cluster-unavailable' });
    expect(await throttle.askStrictly(JOIN)).toEqual({ ok: true });
  });

  it('takes a bug for a bug, and not for a limit', async () => {
    const { throttle, shared } = start();
    shared.next('draw', new TypeError('a bug'), new TypeError('a bug'));
    await expect(throttle.ask(JOIN)).rejects.toThrow('a bug');
    await expect(throttle.askStrictly(JOIN)).rejects.toThrow('a bug');
  });

  it('forgets whose budgets are full again', async () => {
    const { throttle, clock } = start();
    await leaves(throttle, 12);
    expect(throttle.size).toBe(1);
    await clock.advance(60_000);
    expect(throttle.size).toBe(0);
  });
});

describe('penalties', () => {
  it('begin when the budget of refused credentials is spent, and end by themselves', async () => {
    const { throttle, clock } = start({ limit: 'credential' });
    const penalties = new Penalties((subject) => throttle.ask({ limit: 'credential', subject }), clock);
    for (let n = 1; n <= 6; n += 1) await penalties.count('192.0.2.1');
    expect(penalties.leftMs('192.0.2.1')).toBe(0);
    await penalties.count('192.0.2.1');
    expect(penalties.leftMs('192.0.2.1')).toBe(10_000);
    expect(penalties.leftMs('192.0.2.2')).toBe(0);
    await clock.advance(10_000);
    expect([penalties.leftMs('192.0.2.1'), penalties.size]).toEqual([0, 0]);
  });
});

interface Wish {
  clock?: FakeClock;
  limiter?: Limiter;
  limit?: LimitName;
  perMinute?: number;
  nodes?: number;
}

function start({
  clock = new FakeClock(1_000),
  limit = 'join',
  perMinute = 6,
  nodes = 1,
  ...more
}: Wish = {}) {
  const { limiter = new MemoryLimiter({ clock }) } = more;
  const shared = new Gate();
  const limited: string[] = [];
  let unavailable = 0;
  const throttle = new Throttle({
    limiter: shared.over(limiter),
    rates: ratesOf({ [limit]: perMinute }),
    nodes: () => nodes,
    clock,
    metrics: {
      ...quietMetrics,
      limited: (name) => void limited.push(name),
      limiterUnavailable: () => void (unavailable += 1),
    },
  });
  return { throttle, clock, shared, limited, unavailable: () => unavailable };
}

/** How many of so many joins of one peer are let through. */
async function leaves(throttle: Throttle, count: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, async () => throttle.ask(JOIN)));
  return answers.filter(({ ok }) => ok).length;
}
