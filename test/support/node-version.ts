import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { surroundings } from './child.ts';

const run = promisify(execFile);

/**
 * The `node` program of another major version, from the npm registry, where it is a package. npm keeps it in its own cache,
 * so only the first time takes long.
 *
 * @throws Error when it cannot be had: without a network, for instance
 */
export async function nodeProgram(major: number): Promise<string> {
  const npx = ['-y', '--prefer-offline', '-p', `node@${major}`, 'node', '-p', 'process.execPath'];
  const { stdout } = await run('npx', npx, { env: surroundings(), timeout: 100_000 });
  return stdout.trim();
}
