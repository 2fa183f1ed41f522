import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { shippedPath } from '../support/shipped.ts';
import { until } from '../support/until.ts';

/** `npm start` as somebody types it, on a machine where everything is installed and built. */
describe('npm start', () => {
  const started: ChildProcess[] = [];
  const taken: Server[] = [];

  afterEach(async () => {
    for (const child of started.splice(0)) await ended(child, 'SIGTERM');
    for (const server of taken.splice(0)) server.close();
  });

  const start = (...args: string[]) => {
    const { PARLEY_TEST_PROGRAMS: _, ...env } = process.env;
    const child = spawn('npm', ['start', '--silent', '--', ...args], { cwd: shippedPath(''), env });
    started.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const url = () =>
      until(
        'npm start to say where the page is',
        () => {
          // And all that it says after that.
          const [, found] = /(http:\/\/localhost:\d+\/)[^]*Ctrl-C ends it/.exec(output) ?? [];
          if (found === undefined) throw new Error(output);
          return found;
        },
        60_000,
      );
    return { child, url, output: () => output };
  };

  it('serves the page, says that there is no auth and that only this machine can connect, and ends with 0 on Ctrl-C', async () => {
    const { child, url, output } = start();
    const page = await fetch(await url());
    expect(await page.text()).toContain('<title>');
    expect(output()).toMatch(/no auth, every origin allowed, loopback only/);
    expect(await ended(child, 'SIGINT')).toBe(0);
  });

  it('takes the next free port when 8080 is taken, and says so', async () => {
    await occupy(8080);
    const { url, output } = start();
    expect(Number(new URL(await url()).port)).toBeGreaterThan(8080);
    expect(output()).toContain('Port 8080 is taken');
  });

  it('listens on all interfaces with --lan, and warns', async () => {
    const { url, output } = start('--lan');
    await url();
    expect(output()).toMatch(/WARNING: everybody on this network can connect/);
    expect(output()).toContain('listening on 0.0.0.0');
  });

  it('refuses what it does not know', async () => {
    const { child, output } = start('--wlan');
    expect(await ended(child)).not.toBe(0);
    expect(output()).toContain('Unknown argument --wlan');
  });

  /** Unless somebody else has it already, which serves as well. */
  async function occupy(port: number): Promise<void> {
    const server = createServer();
    taken.push(server);
    await new Promise<void>((resolve) =>
      server.once('error', () => resolve()).listen(port, '127.0.0.1', resolve),
    );
  }
});

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (signal) child.kill(signal);
  return exit;
}
