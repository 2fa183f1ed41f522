import { fileURLToPath } from 'node:url';

import { Child, surroundings } from '@parley/test/support/child.ts';

/** How our TypeScript is run without a build: as everywhere in this repository. */
const LOADER = ['--conditions=@parley/source', '--import', fromRoot('test/support/typescript.mjs')];

/** A program of this folder in a process of its own, once it listens. */
export interface Program {
  readonly child: Child;
  readonly port: number;
}

/** The command line of a TypeScript file of this package, by its path from `src`. */
export function typescript(path: string): string[] {
  return [...LOADER, fromRoot(`apps/bench/src/${path}`)];
}

/** Starts one of `programs/`, which tells the port that it took. */
export async function startProgram(name: string, env: NodeJS.ProcessEnv = {}): Promise<Program> {
  let port: number | undefined;
  const child = new Child({
    name,
    path: process.execPath,
    args: typescript(`programs/${name}.ts`),
    cwd: fromRoot('.'),
    env: surroundings({ ...COLLECTED, ...env }),
    onLine: (line) => (port ??= toldPort(line)),
  });
  return { child, port: await child.ready(() => port) };
}

/** Has a started Node collect its garbage when it is asked to by a signal: memory is compared after that. */
export const COLLECTED = { NODE_OPTIONS: importing('collect') } as const;

/** What a Parley node is given: the same, and a profiler if `--profile` says so. */
export function observed(): NodeJS.ProcessEnv {
  const folder = process.env['BENCH_PROFILE'];
  if (folder === undefined) return COLLECTED;
  return { NODE_OPTIONS: `${importing('collect')} ${importing('profile')}`, BENCH_PROFILE: folder };
}

function importing(program: string): string {
  return `--import=${new URL(`../programs/${program}.mjs`, import.meta.url).href}`;
}

function toldPort(line: string): number | undefined {
  const [, port] = /^\{"listening":(\d+)\}$/.exec(line) ?? [];
  return port === undefined ? undefined : Number(port);
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}
