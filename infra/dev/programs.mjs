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
 * @property {boolean} docker whether a Docker engine answers
 */

/** @typedef {'redis' | 'redis-server' | 'haproxy' | 'prometheus' | 'chromium'} Need */

/** @typedef {'redis-server' | 'haproxy' | 'prometheus' | 'promtool' | 'chromium'} ProgramName */

/** The names under which a program is looked for, on PATH or absolute; the first that is there is taken. */
const candidates = /** @type {const} */ ({
  'redis-server': ['redis-server'],
  haproxy: ['haproxy', '/usr/sbin/haproxy'],
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  chromium: ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'],
});

/** How a person gets what is missing, by need. */
export const remedies = /** @type {const} */ ({
  redis: 'start Docker, install redis-server 7 or newer, or set PARLEY_TEST_REDIS_URL',
  'redis-server': 'sudo apt-get install redis-server   (brew install redis)',
  haproxy: 'sudo apt-get install haproxy   (brew install haproxy)',
  prometheus: 'sudo apt-get install prometheus   (brew install prometheus)',
  chromium: 'sudo apt-get install chromium, or set PARLEY_TEST_CHROMIUM to a Chromium or Chrome',
});

/** Looks at this machine. @returns {Promise<Programs>} */
export async function findPrograms() {
  const docker = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 10_000 });
  /** @type {Programs} */
  const found = { docker: docker.code === 0 };
  for (const [name, names] of /** @type {Array<[ProgramName, readonly string[]]>} */ (
    Object.entries(candidates)
  )) {
    const path = name === 'chromium' ? (process.env.PARLEY_TEST_CHROMIUM ?? locate(names)) : locate(names);
    if (path !== undefined) found[name] = path;
  }
  if (found['redis-server'] && !(await isRecentRedis(found['redis-server']))) delete found['redis-server'];
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
  };
  return /** @type {Need[]} */ (Object.keys(has)).filter((need) => !has[need]);
}

/** @param {readonly string[]} names */
function locate(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = names.flatMap((name) =>
    name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name)),
  );
  return paths.find(isExecutable);
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
