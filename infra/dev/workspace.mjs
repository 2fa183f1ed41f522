// Where the repository is, which pnpm it wants, and how programs are run in it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository, absolute. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const isWindows = process.platform === 'win32';

/** The root's package.json; the one place that names the pnpm version. */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Ends the process with one sentence where Node is too old for what follows. */
export function requireNode() {
  const wanted = manifest.engines.node.replace('>=', '');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  console.error(`Parley needs Node ${wanted} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/**
 * @typedef {object} Outcome
 * @property {number} code exit code; 1 where the program was ended by a signal or could not be started
 * @property {string} output what it printed, both streams in order; empty with `show`
 */

/**
 * Runs a program in the repository and waits for its end. Never throws: a program that cannot be started has code 1.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show?: boolean, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options] show: on this terminal instead of in `output`;
 *   timeoutMs: then it and everything it started is ended, with code 1
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { show = false, env = process.env, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const output = show ? 'inherit' : 'pipe';
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', output, output],
      // Windows starts npx and what is in .bin through a shell only.
      shell: isWindows,
      // A group of its own, so that a test in an endless loop and the servers that it started can be ended with it.
      detached: timeoutMs !== undefined && !isWindows,
    });
    const release = timeoutMs === undefined ? () => {} : guardGroup(child, timeoutMs);
    let text = '';
    child.stdout?.on('data', (chunk) => (text += chunk));
    child.stderr?.on('data', (chunk) => (text += chunk));
    child.on('error', (error) => finish(1, error.message));
    child.on('close', (code) => finish(code ?? 1, text));

    /** @param {number} code @param {string} said */
    function finish(code, said) {
      release();
      resolve({ code, output: said });
    }
  });
}

/**
 * Ends a program's group when its time is up, and when this process is ended: the terminal's Ctrl-C does not reach it.
 *
 * @param {import('node:child_process').ChildProcess} child @param {number} timeoutMs
 * @returns {() => void} to be called at the program's end
 */
function guardGroup(child, timeoutMs) {
  const timer = setTimeout(() => killGroup(child), timeoutMs);
  const abandon = () => {
    killGroup(child);
    process.exit(130);
  };
  process.once('SIGINT', abandon).once('SIGTERM', abandon);
  return () => {
    clearTimeout(timer);
    process.off('SIGINT', abandon).off('SIGTERM', abandon);
  };
}

/** @param {import('node:child_process').ChildProcess} child */
function killGroup(child) {
  if (child.pid === undefined || isWindows) {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has ended by itself in this very moment.
  }
}

/** Runs the pinned pnpm, which npx fetches where it is not there yet. @param {readonly string[]} args @param {Parameters<typeof run>[2]} [options] */
export function pnpm(args, options) {
  return run('npx', ['-y', manifest.packageManager, ...args], options);
}

/** Runs a development tool of the root, for example oxlint. @param {string} name @param {readonly string[]} args @param {Parameters<typeof run>[2]} [options] */
export function tool(name, args, options) {
  return run(join(root, 'node_modules', '.bin', name), args, options);
}
