import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { Clock } from '@parley/core';
import type { Redis } from 'ioredis';

import type { Connection } from './connect.ts';
import { unavailable } from './unavailable.ts';
import { within } from './within.ts';

/** `scripts/<name>.lua`, each. */
export const scriptNames = [
  'beat',
  'goodbye',
  'claim',
  'confirm',
  'assert-peer',
  'away',
  'abandon',
  'put',
  'bye',
  'join',
  'leave',
  'update',
  'away-seat',
  'resume-seat',
  'assert-seats',
  'enqueue',
  'unmatch',
  'confirm-match',
  'assert-waiters',
  'gcra',
  'ban',
  'unban',
  'bans',
] as const;

export type ScriptName = (typeof scriptNames)[number];

export interface Script {
  /** Begins with `#!lua`, so that Redis refuses it when it leaves its slot. */
  readonly source: string;
  readonly sha: string;
}

/** One reply of a script: every one of ours is flat. */
export type Reply = readonly (string | number)[];

/** Runs scripts, each on one key, or on several of one slot. */
export interface Scripts {
  /** @throws Unavailable and nothing else, at the latest when the connection's commands time out */
  run(name: ScriptName, keys: string | readonly string[], args: readonly (string | number)[]): Promise<Reply>;
}

/** Reads a script and what it includes. */
export function readScript(name: ScriptName): Script {
  const source = readLua(name).replace(/^--- include (\S+)\n/gm, (_line, part: string) => readLua(part));
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** Every script, read once and for all: a missing file ends the start and not the first join. */
const scripts: ReadonlyMap<ScriptName, Script> = new Map(scriptNames.map((name) => [name, readScript(name)]));

/** Teaches a Redis process the scripts; to be called when it becomes ready. What fails here is made good by `run`. */
export function loadScripts(redis: Redis, names: readonly ScriptName[] = scriptNames): void {
  for (const name of names) {
    redis.script('LOAD', scriptOf(name).source).catch(() => {
      // Then EVALSHA answers NOSCRIPT, and `run` sends the source along.
    });
  }
}

export function scriptsOver(connection: Connection, clock: Clock, timeoutMs: number): Scripts {
  return {
    async run(name, keys, args) {
      const names = typeof keys === 'string' ? [keys] : keys;
      const startedMs = clock.nowMs();
      const { sha, source } = scriptOf(name);
      try {
        return (await connection.evalsha(sha, names.length, ...names, ...args)) as Reply;
      } catch (failure) {
        if (!isUnknownScript(failure)) throw unavailable(name, failure);
      }
      // The second command has the rest of the time of both.
      const restMs = timeoutMs - (clock.nowMs() - startedMs);
      const answer = connection.eval(source, names.length, ...names, ...args) as Promise<Reply>;
      return within(clock, restMs, name, answer);
    },
  };
}

function readLua(path: string): string {
  return readFileSync(new URL(`./scripts/${path}.lua`, import.meta.url), 'utf8');
}

function scriptOf(name: ScriptName): Script {
  const script = scripts.get(name);
  if (!script) throw new Error(`there is no script ${name}`);
  return script;
}

function isUnknownScript(failure: unknown): boolean {
  return failure instanceof Error && failure.message.startsWith('NOSCRIPT');
}
