import { type CheckAnswer, ENDPOINTS } from '@parley/protocol/plain';
import { type Case, isRunnable, type Target } from './case.ts';
import { CASES } from './cases/index.ts';
import { runCase } from './harness.ts';
import { nodeTarget } from './node-target.ts';

const USAGE = `npm run conformance -- <url> [token]

  url    of the server: ws://host:port or wss://host
  token  a credential that allows all rooms, queues and codes, if the server wants one`;

/** A server that is there answers `/v1/check` within this. */
const CHECK_TIMEOUT_MS = 5_000;

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
  const obstacle = await findObstacle(url, token);
  if (obstacle !== undefined) {
    console.error(obstacle);
    return 2;
  }
  const target = nodeTarget(url, token === undefined ? {} : { token });
  const counts = { ok: 0, failed: 0, skipped: 0 };
  for (const one of CASES) counts[await report(one, target)] += 1;
  console.log(`${counts.ok} ok, ${counts.failed} failed, ${counts.skipped} not run`);
  return counts.failed > 0 ? 1 : 0;
}

/**
 * Why every case would fail for the same reason, for people; `undefined` if nothing is in the way. Whatever else
 * `/v1/check` answers, that it does not exist included, is for the cases to judge.
 */
async function findObstacle(url: string, token: string | undefined): Promise<string | undefined> {
  const response = await check(url, token).catch(reasonOf);
  if (typeof response === 'string') return `nothing answers at ${url} (${response})`;
  if (response.status !== 401) return undefined;
  if (token === undefined) return 'the server wants a credential: give it as the second argument';
  const { code } = (await response.json().catch(() => ({}))) as Partial<CheckAnswer>;
  return `the server does not accept this credential (${code ?? 'it does not say why'})`;
}

function check(url: string, token: string | undefined): Promise<Response> {
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  return fetch(new URL(ENDPOINTS.check, url.replace(/^ws/, 'http')), { headers, signal });
}

/** `fetch` says only that it failed; the cause says how. */
function reasonOf({ message, cause }: Error): string {
  const { code = message } = (cause ?? {}) as { code?: string };
  return code;
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

/** The address without a path, or `undefined` if it is none of a WebSocket. */
function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  // The address of the page is one for its sockets, too.
  const { protocol, host } = new URL(address.replace(/^http/, 'ws'));
  return /^wss?:$/.test(protocol) ? `${protocol}//${host}` : undefined;
}
