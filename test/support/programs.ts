import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where each program may be found: its names, and the Debian package that brings it. */
const known = {
  'redis-server': { names: ['redis-server'], package: 'redis-server' },
  haproxy: { names: ['haproxy'], package: 'haproxy' },
  prometheus: { names: ['prometheus'], package: 'prometheus' },
  promtool: { names: ['promtool'], package: 'prometheus' },
  chromium: { names: ['chromium', 'chromium-browser', 'google-chrome'], package: 'chromium' },
  turnserver: { names: ['turnserver'], package: 'coturn' },
  python3: { names: ['/usr/bin/python3', 'python3'], package: 'python3-aiortc' },
} as const;

/** A program that tests run for real. */
export type Program = keyof typeof known;

/** What the machine offers, as the test runner hands it on in `PARLEY_TEST_PROGRAMS`. */
export type Found = Partial<Record<Program, string | null>> & { readonly docker?: boolean };

let found: Found | undefined;

/** Is there such a program here, or a Docker engine that answers? A suite that needs one says `describe.runIf(has(…))`. */
export function has(wanted: Program | 'docker'): boolean {
  return Boolean(look()[wanted]);
}

/**
 * Where the program lies.
 *
 * @throws Error with the package to install, if it is not here
 */
export function pathOf(program: Program): string {
  const path = look()[program];
  if (!path)
    throw new Error(`${program} is not on this machine: install the package ${known[program].package}`);
  return path;
}

/** What the test runner found, or without one what a look at PATH finds; once per process. */
function look(): Found {
  const told = process.env['PARLEY_TEST_PROGRAMS'];
  found ??= told ? (JSON.parse(told) as Found) : lookOnPath();
  return found;
}

function lookOnPath(): Found {
  const paths = Object.entries(known).map(([program, { names }]) => [program, firstOnPath(names)]);
  const chosen = process.env['PARLEY_TEST_CHROMIUM'];
  return {
    ...(Object.fromEntries(paths) as Found),
    ...(chosen && { chromium: chosen }),
    python3: known.python3.names.find(hasAiortc) ?? null,
    docker: dockerAnswers(),
  };
}

function firstOnPath(names: readonly string[]): string | undefined {
  // Debian keeps daemons in sbin, which is on the PATH of root alone.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Any Python is not enough: the packages are of the distribution's own, which need not be the first on PATH. */
function hasAiortc(python: string): boolean {
  return spawnSync(python, ['-c', 'import websockets, aiortc'], { timeout: 20_000 }).status === 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for us: the next folder may have it
  }
}

/** The command alone proves nothing: it is often installed where no engine runs. */
function dockerAnswers(): boolean {
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5_000 });
  return asked.status === 0;
}
