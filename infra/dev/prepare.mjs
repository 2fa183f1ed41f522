// What "npm start" and "npm test" do first: install and build, each only if something changed since the last time.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clearStamp, filesBelow, fingerprint, isStamped, packageFolders, stamp } from './stamp.mjs';
import { turbo } from './turbo.mjs';
import { pnpm, root } from './workspace.mjs';

/** @typedef {{ ok: boolean, output: string }} Prepared what went wrong stands in output */

/** Installs what the lock file names. @returns {Promise<Prepared>} */
export function install() {
  const wanted = fingerprint([
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...packageFolders().map((folder) => `${folder}/package.json`),
  ]);
  return once({
    title: 'Installing dependencies',
    name: 'install',
    wanted,
    isThere: true, // The stamp lies in node_modules and goes with it.
    work: () => pnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false']),
  });
}

/** Builds every package that has something to build. @returns {Promise<Prepared>} */
export function build() {
  const built = packageFolders().filter(isBuilt);
  const sources = built.flatMap((folder) => [
    `${folder}/package.json`,
    `${folder}/tsconfig.json`,
    `${folder}/tsconfig.build.json`,
    `${folder}/build.mjs`,
    ...filesBelow(`${folder}/src`).filter((path) => !path.endsWith('.test.ts')),
  ]);
  return once({
    title: 'Building',
    name: 'build',
    wanted: fingerprint(['tsconfig.base.json', 'tsconfig.build.json', 'pnpm-lock.yaml', ...sources]),
    isThere: built.every((folder) => existsSync(join(root, folder, 'dist'))),
    work: () => turbo(['run', 'build', '--output-logs=errors-only']),
  });
}

/** Tests and benchmarks run from their sources. @param {string} folder */
function isBuilt(folder) {
  return ['tsconfig.build.json', 'build.mjs'].some((file) => existsSync(join(root, folder, file)));
}

/**
 * Says in one line what it does, does it unless it is done already, and remembers that.
 *
 * @param {object} step
 * @param {string} step.title
 * @param {string} step.name of the stamp
 * @param {string} step.wanted what the stamp says when the step is done
 * @param {boolean} step.isThere whether the result is still there
 * @param {() => Promise<{ code: number, output: string }>} step.work
 * @returns {Promise<Prepared>}
 */
async function once({ title, name, wanted, isThere, work }) {
  if (isThere && isStamped(name, wanted)) {
    console.log(`${title}: nothing changed`);
    return { ok: true, output: '' };
  }
  clearStamp(name);
  process.stdout.write(`${title} ... `);
  const startedAt = performance.now();
  const { code, output } = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(code === 0 ? `done after ${seconds} s` : `failed after ${seconds} s`);
  if (code === 0) stamp(name, wanted);
  return { ok: code === 0, output };
}
