import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startFaultyServer } from './faulty-server.ts';
import { type Door, GRANTS, type Server, startNode } from './servers.ts';

const SCRIPT = fileURLToPath(new URL('run.mjs', import.meta.url));

const nodes: Partial<Record<Door, Server>> = {};
beforeAll(async () => {
  for (const door of ['open', 'guarded'] as const)
    nodes[door] = await startNode(door, { PARLEY_SOCKET: 'auto' });
});
afterAll(() => Promise.all(Object.values(nodes).map((node) => node.stop())));

describe('npm run conformance', () => {
  it('prints a line a case and ends with 0 when the server keeps every promise', async () => {
    const { code, output } = await run(nodes.guarded?.url ?? '', GRANTS.guarded.token);
    expect(output).toMatch(/^ok {6}opening: welcome is the first message/m);
    expect(output).toMatch(/^ok {6}opening: a well-formed token that is unknown/m);
    expect(output).toMatch(/^- {7}token: .* \(needs mint\)$/m);
    expect(output).toMatch(/^\d+ ok, 0 failed, \d+ not run$/m);
    expect(code).toBe(0);
  });

  it('says what is wrong and ends with 1 when it does not', async () => {
    const faulty = await startFaultyServer(nodes.open?.url ?? '', { close: () => 4000 });
    const { code, output } = await run(faulty.url);
    await faulty.stop();
    expect(output).toMatch(/^FAILED {2}bye: .*\n {8}Error: close: expected/m);
    expect(code).toBe(1);
  });

  it.each([[], ['not-an-address'], ['ftp://127.0.0.1'], ['ws://127.0.0.1', 'token', 'and more']])(
    'explains itself and ends with 2 when it is called with %s',
    async (...args) => {
      const { code, output } = await run(...args);
      expect(output).toContain('npm run conformance -- <url> [token]');
      expect(code).toBe(2);
    },
  );

  it('says in one line that nothing answers, and ends with 2', async () => {
    const gone = await startFaultyServer('', {});
    await gone.stop();
    expect(await run(gone.url)).toEqual({
      code: 2,
      output: `nothing answers at ${gone.url} (ECONNREFUSED)\n`,
    });
  });

  it('says in one line that a credential is wanted, or that this one is not, and ends with 2', async () => {
    const url = nodes.guarded?.url ?? '';
    expect(await run(url)).toEqual({
      code: 2,
      output: 'the server wants a credential: give it as the second argument\n',
    });
    expect(await run(url, 'nobody-knows-this-token')).toEqual({
      code: 2,
      output: 'the server does not accept this credential (token-unknown)\n',
    });
  });

  it('ends without a word when nobody reads on', async () => {
    const child = execFile(process.execPath, [SCRIPT, nodes.open?.url ?? '']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [complaints] = await Promise.all([child.stderr && text(child.stderr), once(child, 'exit')]);
    expect(complaints).toBe('');
    expect(child.exitCode).toBe(2);
  });
});

/** Not synchronously: the server it talks to lives in this process. */
function run(...args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}
