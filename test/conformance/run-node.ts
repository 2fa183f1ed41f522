import { type Case, isRunnable, type Target } from './case.ts';
import { CASES } from './cases/index.ts';
import { runCase } from './harness.ts';
import { nodeTarget } from './node-target.ts';

const USAGE = `npm run conformance -- <url> [token]

  url    of the server: ws://host:port or wss://host
  token  a credential that allows all rooms, queues and codes, if the server wants one`;

/**
 * Runs every case that can be run against a server, one line each, and returns the exit code: 0 if the server keeps
 * every promise, 1 if not, 2 if nothing could be run.
 */
export async function main([address = '', token, ...surplus]: readonly string[]): Promise<0 | 1 | 2> {
  const url = originOf(address);
  if (url === undefined || surplus.length > 0) {
    console.error(USAGE);
    return 2;
  }
  const target = nodeTarget(url, token === undefined ? {} : { token });
  const counts = { ok: 0, failed: 0, skipped: 0 };
  for (const one of CASES) counts[await report(one, target)] += 1;
  console.log(`${counts.ok} ok, ${counts.failed} failed, ${counts.skipped} not run`);
  return counts.failed > 0 ? 1 : 0;
}

async function report(one: Case, target: Target): Promise<'ok' | 'failed' | 'skipped'> {
  const { name, needs = [] } = one;
  if (!isRunnable(one, target)) {
    const missing = needs.filter((need) => target[need] === undefined);
    console.log(`-       ${name} (needs ${missing.join(', ')})`);
    return 'skipped';
  }
  try {
    await runCase(one, target);
    console.log(`ok      ${name}`);
    return 'ok';
  } catch (error) {
    console.log(`FAILED  ${name}\n        ${String(error).replaceAll('\n', '\n        ')}`);
    return 'failed';
  }
}

/** The address without a path, or `undefined` if it is none. */
function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host } = new URL(address.replace(/^http/, 'ws'));
  return /^wss?:$/.test(protocol) ? `${protocol}//${host}` : undefined;
}
