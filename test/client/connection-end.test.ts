import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Child, temporaryFolder } from '../support/child.ts';
import { shippedPath } from '../support/shipped.ts';
import { until } from '../support/until.ts';

/** What keeps a program from ending: a timer, a socket; and what ends it early: a rejection that nobody heard. */
describe.concurrent('a connection that is closed leaves nothing behind', () => {
  let folder: string;
  const program = () => join(folder, 'leaving.cjs');

  beforeAll(async () => {
    folder = temporaryFolder('leaving');
    await build({
      entryPoints: [shippedPath('test/client/support/leaving.ts')],
      outfile: program(),
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      conditions: ['@parley/source'],
      external: ['bufferutil', 'utf-8-validate'],
      logLevel: 'warning',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (moment: string) =>
    new Child({ name: moment, path: process.execPath, args: [program(), moment] });

  it.each([
    'open',
    'twice',
    'while a request waits',
    'while a signal waits',
    'away',
    'while it comes back',
    'while it moves',
    'by its welcome',
    'before it is there',
    'while a token is waited for',
    'while a token is on its way',
    'in a pause',
    'by a time-out',
    'by a refusal',
  ])('%s', async (moment) => {
    const child = start(moment);
    await child.ready(() => child.output.includes('done')).catch(() => {}); // it may have ended by then
    const exit = await Promise.race([
      child.exited,
      until('it to end', () => false, 5_000).catch(() => 'it goes on'),
    ]);
    await child.stop();
    expect([exit, child.output]).toEqual([{ code: 0, signal: null }, 'done']);
  });

  it('and one that is not goes on', async () => {
    const child = start('never');
    await child.ready(() => child.output.includes('done'));
    const ended = await Promise.race([
      child.exited,
      until('it to end', () => false, 5_000).catch(() => 'it goes on'),
    ]);
    await child.stop();
    expect(ended).toBe('it goes on');
  });
});
