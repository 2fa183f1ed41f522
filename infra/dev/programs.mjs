// Real programs that tests run, and where they are on this machine. Tests read PARLEY_TEST_PROGRAMS (JSON, see Programs).
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './workspace.mjs';

/**
 * Paths of programs; a missing key means that the program is missing.
 *
 * @typedef {object} Programs
 * @property {string} [redis-server] version 7 or newer
 * @property {string} [haproxy]
 * @property {string} [prometheus]
 * @property {string} [promtool]
 * @property {string} [chromium] Chromium or Chrome
 * @property {string} [turnserver] of coturn
 * @property {string} [python3] one that has websockets and aiortc
 * @property {boolean} docker whether a Docker engine answers
 */

/** @typedef {'redis' | 'redis-server' | 'haproxy' | 'prometheus' | 'chromium' | 'coturn' | 'aiortc'} Need */

/** @typedef {'redis-server' | 'haproxy' | 'prometheus' | 'promtool' | 'chromium' | 'turnserver' | 'python3'} ProgramName */

/** The names under which a program is looked for, on PATH or absolute; the first that is there is taken. */
const candidates = /** @type {const} */ ({
  'redis-server': ['redis-server'],
  haproxy: ['haproxy', '/usr/sbin/haproxy'],
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  chromium: ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'],
  turnserver: ['turnserver'],
  // The packages of a distribution are for its own Python, which need not be the first on PATH.
  python3: ['/usr/bin/python3', 'python3'],
});

/** How a person gets what is missing, by need. */
export const remedies = /** @type {const} */ ({
  redis: 'start Docker, install redis-server 7 or newer, or set PARLEY_TEST_REDIS_URL',
  'redis-server': 'sudo apt-get install redis-server   (brew install redis)',
  haproxy: 'sudo apt-get install haproxy   (brew install haproxy)',
  prometheus: 'sudo apt-get install prometheus   (brew install prometheus)',
  chromium: 'sudo apt-get install chromium, or set PARLEY_TEST_CHROMIUM to a Chromium or Chrome',
  coturn: 'sudo apt-get install coturn   (brew install coturn)',
  aiortc: 'sudo apt-get install python3-websockets python3-aiortc   (pip install websockets aiortc)',
});

/** Looks at this machine. @returns {Promise<Programs>} */
export async function findPrograms() {
  const docker = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 10_000 });
  /** @type {Programs} */
  const found = { docker: docker.code === 0 };
  for (const [name, names] of /** @type {Array<[ProgramName, readonly string[]]>} */ (
    Object.entries(candidates)
  )) {
    const path = told(name) ?? (await firstUsable(name, locate(names)));
    if (path !== undefined) found[name] = path;
  }
  return found;
}

/** What is missing, in the order of the remedies. @param {Programs} programs @returns {Need[]} */
export function missingNeeds(programs) {
  const has = {
    redis:
      Boolean(process.env.PARLEY_TEST_REDIS_URL) || programs.docker || programs['redis-server'] !== undefined,
    'redis-server': programs['redis-server'] !== undefined,
    haproxy: programs.haproxy !== undefined,
    prometheus: programs.prometheus !== undefined && programs.promtool !== undefined,
    chromium: programs.chromium !== undefined,
    coturn: programs.turnserver !== undefined,
    aiortc: programs.python3 !== undefined,
  };
  return /** @type {Need[]} */ (Object.keys(has)).filter((need) => !has[need]);
}

/** @param {ProgramName} name */
function told(name) {
  return name === 'chromium' ? process.env.PARLEY_TEST_CHROMIUM : undefined;
}

/** Not every program of the right name will do. @param {ProgramName} name @param {readonly string[]} paths */
async function firstUsable(name, paths) {
  for (const path of paths) {
    if (name === 'redis-server' && !(await isRecentRedis(path))) continue;
    if (name === 'python3' && !(await hasAiortc(path))) continue;
    return path;
  }
  return undefined;
}

/** @param {readonly string[]} names */
function locate(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = names.flatMap((name) =>
    name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name)),
  );
  return paths.filter(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there or not ours to run: look on.
  }
}

/** @param {string} path */
async function isRecentRedis(path) {
  const { output } = await run(path, ['--version'], { timeoutMs: 10_000 });
  return Number(/v=(\d+)/.exec(output)?.[1] ?? 0) >= 7;
}

/** @param {string} path */
async function hasAiortc(path) {
  const { code } = await run(path, ['-c', 'import websockets, aiortc'], { timeoutMs: 20_000 });
  return code === 0;
}
