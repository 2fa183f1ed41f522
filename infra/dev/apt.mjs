// Installs missing programs from the distribution, where that is ours to do: as root on Debian or Ubuntu.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { run } from './workspace.mjs';

/** @typedef {import('./programs.mjs').Need} Need */

/** Debian's packages for each need; "redis" alone is met by the same package. @type {Record<Need, string | readonly string[]>} */
const packages = {
  redis: 'redis-server',
  'redis-server': 'redis-server',
  haproxy: 'haproxy',
  prometheus: 'prometheus',
  chromium: 'chromium',
  coturn: 'coturn',
  aiortc: ['python3-websockets', 'python3-aiortc'],
};

/** Debian asks this program before it starts a daemon; 101 means no. */
const policyFile = '/usr/sbin/policy-rc.d';

/** Whether apt-get can be used here without asking anybody. */
export function canInstall() {
  return process.platform === 'linux' && process.getuid?.() === 0 && distribution() !== undefined;
}

/** Installs what is missing, a line for each package, without starting a daemon. @param {readonly Need[]} missing */
export async function installWithApt(missing) {
  // Ubuntu's chromium package is a door to the snap store, which fails in containers.
  const wanted = missing.filter((need) => need !== 'chromium' || distribution() === 'debian');
  const names = [...new Set(wanted.flatMap((need) => packages[need]))];
  if (names.length === 0) return;
  const release = await forbidDaemons();
  if (release === undefined) {
    console.log(
      `${policyFile} exists and would let daemons start, so nothing is installed: apt-get install ${names.join(' ')}`,
    );
    return;
  }
  try {
    await aptGet(['update']);
    for (const name of names) {
      process.stdout.write(`Installing ${name} from the distribution (its daemon is not started) ... `);
      const { code, output } = await aptGet(['install', '--yes', '--no-install-recommends', name]);
      console.log(code === 0 ? 'done' : `failed\n${output.trimEnd().split('\n').slice(-8).join('\n')}`);
    }
  } finally {
    release();
  }
}

/** @param {readonly string[]} args */
function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run('apt-get', ['--quiet', ...args], { env, timeoutMs: 600_000 });
}

/**
 * Keeps packages from starting their daemons, which would take ports of this machine.
 *
 * @returns {Promise<(() => void) | undefined>} takes the ban back; undefined where somebody else's policy allows daemons
 */
async function forbidDaemons() {
  try {
    writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch {
    // Somebody has a policy already: it is kept, and it will do if it forbids, as it does in most container images.
    const { code } = await run(policyFile, ['redis-server', 'start']);
    return code === 101 ? () => {} : undefined;
  }
  const remove = () => rmSync(policyFile, { force: true });
  const abandon = () => {
    remove();
    process.exit(130);
  };
  process.once('SIGINT', abandon).once('SIGTERM', abandon);
  return () => {
    process.off('SIGINT', abandon).off('SIGTERM', abandon);
    remove();
  };
}

/** @returns {'debian' | 'ubuntu' | undefined} */
function distribution() {
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    if (/^ID(_LIKE)?=.*ubuntu/m.test(release)) return 'ubuntu';
    return /^ID(_LIKE)?=.*debian/m.test(release) ? 'debian' : undefined;
  } catch {
    return undefined; // No such file, no such distribution.
  }
}
