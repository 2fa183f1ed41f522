import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

import { pathOf } from '@parley/test/support/programs.ts';
import { load } from '@parley/uws';

import { canPin } from './pinning.ts';

/** What a figure depends on besides the programs that were measured. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** Load of the last minute when the run began: above 0.3 something else runs beside it. */
  readonly loadBefore: number;
  readonly pinning: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Describes the machine and names every version. */
export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1_024 ** 3),
    system: `${process.platform} ${release()} ${process.arch}`,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    pinning: canPin ? 'servers and Redis on core 0, load on core 1' : 'none',
    versions: {
      node: process.versions.node,
      'uWebSockets.js': uWebSocketsVersion(),
      redis: redisVersion(),
      ...Object.fromEntries(
        ['peer', 'y-webrtc', 'socket.io', '@socket.io/redis-adapter'].map((name) => [name, versionOf(name)]),
      ),
    },
  };
}

function uWebSocketsVersion(): string {
  const loaded = load();
  return loaded.ok ? loaded.version : 'none';
}

function redisVersion(): string {
  const said = execFileSync(pathOf('redis-server'), ['--version'], { encoding: 'utf8' });
  return /v=([\d.]+)/.exec(said)?.[1] ?? 'unknown';
}

/** From the manifest in this package's node_modules: few packages export theirs. */
function versionOf(name: string): string {
  const path = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
