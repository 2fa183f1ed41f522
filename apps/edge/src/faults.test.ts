import { createServer, type AddressInfo } from 'node:net';

import { strictLog } from '@parley/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { readConfig } from './config.ts';
import { blaming, faultOf, listenAt } from './faults.ts';
import { listenForOps } from './ops-server.ts';

describe('what goes wrong when it is tried', () => {
  it.each([
    ['A host is missing.', 'a host is missing'],
    ['RS256 needs a public key', 'RS256 needs a public key'],
    ['the key /A/B.pem is bad', 'the key /A/B.pem is bad'],
  ])('is told as a clause: %s', (message, clause) => {
    const failing = () => {
      throw new Error(message);
    };
    expect(faultOf(failing)).toBe(clause);
    expect(faultOf(() => {})).toBeUndefined();
  });

  it('is told with the name of the setting that asked for it', async () => {
    const failing = () => Promise.reject(new Error('there is none'));
    await expect(blaming('PARLEY_DEMO_DIR', failing)).rejects.toThrow(/^PARLEY_DEMO_DIR: there is none$/);
    expect(await blaming('PARLEY_DEMO_DIR', () => 'a page')).toBe('a page');
  });
});

describe('a port that cannot be had', () => {
  it('is told with the name of its setting and with its place', async () => {
    const port = await takenPort();
    await expect(listenAt('PARLEY_OPS_', configOf({ PARLEY_OPS_PORT: port }), listen)).rejects.toThrow(
      `PARLEY_OPS_PORT: port ${port} of 127.0.0.1 is taken`,
    );
    await expect(listenAt('PARLEY_', configOf({ PARLEY_PORT: port }), listen)).rejects.toThrow(
      `PARLEY_PORT: port ${port} of 127.0.0.1 is taken`,
    );
  });

  it.each([
    [
      'no such name',
      { code: 'ENOTFOUND', syscall: 'getaddrinfo' },
      'PARLEY_HOST: 127.0.0.1 is a name without an address (ENOTFOUND)',
    ],
    [
      'an address of elsewhere',
      { code: 'EADDRNOTAVAIL', syscall: 'listen' },
      'PARLEY_HOST: 127.0.0.1 is no address of this machine',
    ],
    [
      'a port for root',
      { code: 'EACCES', syscall: 'listen' },
      'PARLEY_PORT: port 0 of 127.0.0.1 is not for this user',
    ],
    ['anything else', {}, 'PARLEY_PORT: it did not work'],
  ])('is told with the host or the port, whichever it is: %s', async (_what, fields, sentence) => {
    const failing = () => Promise.reject(Object.assign(new Error('it did not work'), fields));
    await expect(listenAt('PARLEY_', configOf({}), failing)).rejects.toThrow(sentence);
  });
});

const listen = (place: { host: string; port: number }) =>
  listenForOps(place, { routes: {}, guard: () => undefined, log: strictLog });

function configOf(more: Readonly<Record<string, string>>) {
  const here = {
    PARLEY_AUTH: 'none',
    PARLEY_HOST: '127.0.0.1',
    PARLEY_PORT: '0',
    PARLEY_OPS_PORT: '0',
  };
  const outcome = readConfig({ ...here, ...more });
  if (!outcome.ok) throw new Error(outcome.mistakes.join());
  return outcome.config;
}

async function takenPort(): Promise<string> {
  const somebody = createServer();
  await new Promise<void>((resolve) => somebody.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void somebody.close());
  return String((somebody.address() as AddressInfo).port);
}
