import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLOSES, ERROR_CODES, REFUSALS } from '@parley/protocol/plain';
import { describe, expect, it } from 'vitest';

import { shippedPath } from '../support/shipped.ts';

const SOURCE = shippedPath('packages/client/src');
const readme = readFileSync(shippedPath('packages/client/README.md'), 'utf8');

/** Who emits the events of which type of api.ts; where two have the same, one list goes on with the other. */
const EMITTERS = {
  ParleyEvents: 'parley',
  RoomEvents: 'room',
  SignalingPeerEvents: 'peer',
  PeerEvents: 'peer',
  ChannelEvents: 'channel',
} as const;

describe("the client's README", () => {
  it('has a row for every event of api.ts, and no other', () => {
    const rows = [...section('Events, and what to do').matchAll(/^\| `(\w+)` +\| `([\w-]+)` +\|/gm)];
    expect(new Set(rows.map(([, of, event]) => `${of} ${event}`))).toEqual(new Set(eventsOfApi()));
  });

  it('has a row for every state of a connection, and no other', () => {
    const [, states = ''] = /type ConnectionState = ([^;]+);/.exec(sourceOf('api.ts')) ?? [];
    const rows = [...section('States', '###').matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, state]) => state);
    expect(rows).toEqual([...states.matchAll(/'([^']+)'/g)].map(([, state]) => state));
  });

  it('tells what to do about every code that an error or a state can have, and about no other', () => {
    const cells = [...section('Errors, and what to do').matchAll(/^\| (`[^|]+`) +\|/gm)];
    const told = cells.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code));
    const known = [...Object.keys({ ...ERROR_CODES, ...CLOSES, ...REFUSALS }), ...codesOfSource()];
    expect(new Set(told)).toEqual(new Set(known));
  });

  it('and the class of errors names those that are not of the protocol', () => {
    const [text = ''] = sourceOf('error.ts').split('export class');
    const named = [...text.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code);
    const ours = codesOfSource().filter((code) => !(code in { ...ERROR_CODES, ...CLOSES, ...REFUSALS }));
    expect(named.filter((code) => code !== 'code').toSorted()).toEqual(
      [...new Set([...ours, 'too-big'])].toSorted(),
    );
  });
});

function section(title: string, level = '##'): string {
  const [, text = ''] = readme.split(`\n${level} ${title}\n`);
  return text.split(new RegExp(`\n#{2,${level.length}} `))[0] ?? '';
}

function eventsOfApi(): string[] {
  const types = [...sourceOf('api.ts').matchAll(/^export type (\w+Events)\b[^{]*\{\n([^]*?)^\};/gm)];
  expect(new Set(types.map(([, type]) => type))).toEqual(new Set(Object.keys(EMITTERS)));
  return types.flatMap(([, type = '', body = '']) =>
    [...body.matchAll(/^ {2}'?([\w-]+)'?: \[/gm)].map(
      ([, event]) => `${EMITTERS[type as keyof typeof EMITTERS]} ${event}`,
    ),
  );
}

/** Those that the client gives by itself: written where the error is made, or in a list of codes. */
function codesOfSource(): string[] {
  const text = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('testing'))
    .map(sourceOf)
    .join('\n');
  const made = [...text.matchAll(/new ParleyError\(\s*'([^']+)'/g)].map(([, code = '']) => code);
  const lists = [...text.matchAll(/_CODES = \[([^\]]+)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/'([^']+)'/g)].map(([, code = '']) => code),
  );
  return [...made, ...lists];
}

function sourceOf(path: string): string {
  return readFileSync(join(SOURCE, path), 'utf8');
}
