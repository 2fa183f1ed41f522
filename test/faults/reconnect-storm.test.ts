import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { raiseStorm } from './support/storm.ts';

const SOCKETS = 300;

/** A small one; `npm run storm` raises a large one. */
describe.runIf(has('redis-server'))('a reconnect storm', () => {
  it('brings everybody back as who it was, with few questions to Redis', async () => {
    const report = await raiseStorm({ sockets: SOCKETS, nodes: 2 });
    expect(report.resumed).toBe(SOCKETS);
    expect(report.acquaintedMs).toBeDefined();
    // A second of jitter, and what a busy machine adds.
    expect(report.backMs.all).toBeLessThan(6_000);
    const scripts = report.redisCommands.get('evalsha') ?? 0;
    expect(scripts).toBeGreaterThan(SOCKETS);
    expect(scripts).toBeLessThan(SOCKETS * 10);
  });

  it('brings strangers, if they do not say who they were', async () => {
    const report = await raiseStorm({ sockets: SOCKETS, nodes: 2, resumes: false });
    expect(report.resumed).toBe(0);
    // Those who will not come back are waited for.
    expect(report.acquaintedMs).toBeUndefined();
  });
});
