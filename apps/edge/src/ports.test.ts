import { createServer, type AddressInfo } from 'node:net';

import { FakeClock } from '@parley/core/contract';
import { systemRandom } from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { readConfig } from './config.ts';
import { sharedPorts } from './ports.ts';

describe('a Redis that does not answer at the start', () => {
  it('is waited for: one warning after a second, one sentence with the name of its setting after ten', async () => {
    const { clock, warnings, connecting } = connectTo(`redis://127.0.0.1:${await deadPort()}`);
    const failure = connecting.catch((error: unknown) => String(error));
    await clock.advance(999);
    expect(warnings.filter(isEvent)).toEqual([]);
    await clock.advance(1);
    expect(warnings.filter(isEvent)).toEqual([{ event: 'redis-waiting' }]);
    await clock.advance(9_000);
    expect(await failure).toMatch(/^Error: PARLEY_REDIS_URL: Redis could not be reached/);
    expect(warnings.filter(isEvent)).toHaveLength(1);
    // And why, once.
    expect(warnings.filter((fields) => !isEvent(fields))).toEqual([
      { purpose: 'commands', error: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  it('is not waited for where that was over in less than a second', async () => {
    const { clock, warnings, connecting } = connectTo('redis://127.0.0.1', 'has{braces}');
    await expect(connecting).rejects.toThrow('PARLEY_REDIS_');
    expect(clock.timersForTesting).toBe(0);
    expect(warnings).toEqual([]);
  });
});

const isEvent = (fields: object) => 'event' in fields;

function connectTo(url: string, prefix = 'parley') {
  const outcome = readConfig({ PARLEY_AUTH: 'none', PARLEY_REDIS_URL: url });
  if (!outcome.ok) throw new Error(outcome.mistakes.join());
  const config = { ...outcome.config, PARLEY_REDIS_PREFIX: prefix };
  const clock = new FakeClock();
  const warnings: object[] = [];
  const silent = () => {};
  const log = {
    error: silent,
    warn: (fields: object) => void warnings.push(fields),
    info: silent,
    debug: silent,
  };
  const connecting = sharedPorts(config, { node: 'n-1' as NodeId, clock, random: systemRandom, log });
  return { clock, warnings, connecting };
}

/** One that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
