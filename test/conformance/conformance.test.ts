import { readdirSync, readFileSync } from 'node:fs';

import { ERROR_CODES, OUTGOING } from '@parley/protocol';
import { load } from '@parley/uws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isRunnable } from './case.ts';
import { CASES } from './cases/index.ts';
import { runCase } from './harness.ts';
import { nodeTarget, validateStrictly } from './node-target.ts';
import { type Door, GRANTS, type Server, startNode } from './servers.ts';

/** uWebSockets.js where it loads; where it does not, `ws` is all there is, and all that is run. */
const SOCKETS = load().ok ? ['ws', 'uws'] : ['ws'];
const DOORS: readonly Door[] = ['open', 'guarded'];

/** What it takes an operator, an outage or a flood for, or a later version. */
const UNPROVOKED = {
  messages: ['going-away'],
  errors: ['delivery-timeout', 'rate-limited', 'cluster-unavailable', 'keys-unavailable', 'internal'],
};

describe.each(SOCKETS)('a node over %s', (socket) => {
  describe.each(DOORS)('with the door %s', (door) => {
    let server: Server;
    beforeAll(async () => {
      server = await startNode(door, { PARLEY_SOCKET: socket });
    });
    afterAll(() => server.stop());

    const target = () => nodeTarget(server.url, { ...GRANTS[door], validate: validateStrictly });
    const runnable = CASES.filter((one) => isRunnable(one, nodeTarget('', GRANTS[door])));
    it.each(runnable.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
      await expect(runCase(one, target())).resolves.toBeUndefined();
    });
  });
});

describe('the cases', () => {
  it('have names of their own, topic first', () => {
    const names = CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z-]+: \S.*[^.]$/);
  });

  it('are all run against one of the doors', () => {
    const isRun = (one: (typeof CASES)[number]) =>
      DOORS.some((door) => isRunnable(one, nodeTarget('', GRANTS[door])));
    expect(CASES.filter((one) => !isRun(one))).toEqual([]);
  });

  it('look at every message and every error that a client can bring one node to send', () => {
    const folder = new URL('cases/', import.meta.url);
    const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const isLookedAt = (name: string) => sources.some((source) => source.includes(`'${name}'`));
    expect(Object.keys(OUTGOING).filter((type) => !isLookedAt(type))).toEqual(UNPROVOKED.messages);
    expect(Object.keys(ERROR_CODES).filter((code) => !isLookedAt(code))).toEqual(UNPROVOKED.errors);
  });
});
