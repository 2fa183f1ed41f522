import { accessSync, constants } from 'node:fs';

/** Part of util-linux, so there on every Linux of the glibc kind. */
const setpriv = '/usr/bin/setpriv';

/**
 * A command line that dies with whoever starts it.
 *
 * An exit listener does not run when a test process is killed (SIGKILL, out of memory, a runner that lost patience), and
 * what it started would live on and hold its ports. On Linux the kernel itself can be asked to end it: `setpriv` sets the
 * parent-death signal and then *becomes* the program, so its pid is the program's. Elsewhere the exit listener must do.
 */
export function tethered(path: string, args: readonly string[]): [program: string, ...words: string[]] {
  if (!hasSetpriv()) return [path, ...args];
  return [setpriv, '--pdeathsig', 'KILL', path, ...args];
}

function hasSetpriv(): boolean {
  try {
    accessSync(setpriv, constants.X_OK);
    return process.platform === 'linux';
  } catch {
    return false; // macOS, Alpine: see above
  }
}
