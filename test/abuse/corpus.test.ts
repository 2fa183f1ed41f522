import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { control } from './corpus/control.ts';
import { credentials } from './corpus/credentials.ts';
import { handshakes } from './corpus/handshakes.ts';
import { http } from './corpus/http.ts';
import { json } from './corpus/json.ts';
import { members } from './corpus/members.ts';
import { names } from './corpus/names.ts';
import { nonsense } from './corpus/nonsense.ts';
import { payloads } from './corpus/payloads.ts';
import { expectFrames, expectRequest } from './corpus/play.ts';
import { authorized, request } from './corpus/request-row.ts';
import { error, pong } from './corpus/row.ts';
import { types } from './corpus/types.ts';
import { wire } from './corpus/wire.ts';
import { AbusedNode, errorsIn, LIBRARIES, TOKEN } from './support/abused-node.ts';
import { footprintOf, untilNothingGrew } from './support/footprint.ts';
import { Stranger } from './support/stranger.ts';

const FRAMES = Object.entries({
  ...nonsense,
  ...types,
  ...members,
  ...names,
  ...json,
  ...payloads,
  ...wire,
  ...control,
});
const REQUESTS = Object.entries({ ...handshakes, ...credentials, ...http });

/** The slowest library gives up after 32 s. */
const GIVE_UP_MS = 45_000;

describe('the hostile corpus', () => {
  it('has more than 300 frames and more than 150 requests, each with a name of its own', () => {
    const named = (themes: readonly (readonly [string, readonly { readonly name: string }[]])[]) =>
      new Set(themes.flatMap(([theme, rows]) => rows.map(({ name }) => `${theme}: ${name}`))).size;
    expect(named(FRAMES)).toBeGreaterThan(300);
    expect(named(REQUESTS)).toBeGreaterThan(150);
    expect(named(FRAMES)).toBe(FRAMES.flatMap(([, rows]) => rows).length);
    expect(named(REQUESTS)).toBe(REQUESTS.flatMap(([, rows]) => rows).length);
  });
});

describe.each(LIBRARIES)('over %s, a node and an honest pair survive', (library) => {
  let node: AbusedNode;
  beforeAll(async () => {
    node = await AbusedNode.start(library);
  });
  // After whatever was run of it, in whatever order.
  afterAll(async () => {
    await node?.expectWelcoming();
    await node?.stop();
  });

  describe.each(FRAMES)('%s:', (_theme, rows) => {
    it.each(rows)('$name', (row) => expectFrames(node, row, library));
  });

  describe.each(REQUESTS)('%s:', (_theme, rows) => {
    it.each(rows)('$name', (row) => expectRequest(node, row, library));
  });
});

describe.each(LIBRARIES)('over %s, what would go unnoticed is noticed:', (library) => {
  let node: AbusedNode;
  beforeAll(async () => {
    node = await AbusedNode.start(library);
  });
  afterAll(() => node?.stop());

  const ping = { name: 'a ping', send: '{"type":"ping","id":1}' } as const;

  it.each([
    ['another answer', { ...ping, answers: [pong(2)] }],
    ['an answer too few', { ...ping, answers: [pong(1), pong(1)] }],
    ['an answer too many', { ...ping, answers: [] }],
    ['another error', { ...ping, send: '{"type":"leave","room":"r"}', answers: [error('not-in-room')] }],
    ['an end that does not come', { ...ping, answers: [pong(1)], end: 'cut' as const }],
    ['an end that should not come', { ...ping, send: '{"type":"bye"}' }],
    ['another close', { ...ping, send: '{"type":"bye"}', end: { close: 1001, reason: '' } }],
  ])('%s', async (_what, row) => {
    await expect(expectFrames(node, row, library, { patienceMs: 300 })).rejects.toThrow(/expected|no /);
  });

  it.each([
    ['another status', { outcome: ['200'] }],
    ['another code', { outcome: ['404 gone'] }],
    ['an end that does not come', { outcome: ['404 not-found', 'end'] }],
    ['a second answer', { send: request('GET / HTTP/1.1').repeat(2), outcome: ['404 not-found'] }],
    ['a welcome', { send: authorized(), outcome: ['end'] }],
  ])('%s of a request', async (_what, row) => {
    const nothing = { name: 'nothing', send: request('GET / HTTP/1.1'), ...row };
    await expect(expectRequest(node, nothing, library, { patienceMs: 300 })).rejects.toThrow(/expected|no /);
  });

  it('a session, a room, a place in a queue and a bare connection that stay', async () => {
    const { opsUrl, port } = node.process;
    const before = await footprintOf(opsUrl);
    await untilNothingGrew(opsUrl, before);

    const bare = await Stranger.dial(port);
    await expect(untilNothingGrew(opsUrl, before, 300)).rejects.toThrow('holds no more');
    bare.reset();
    await untilNothingGrew(opsUrl, before);

    const stranger = await Stranger.enter(port, { headers: [`Authorization: Bearer ${TOKEN}`] });
    await expect(untilNothingGrew(opsUrl, before, 300)).rejects.toThrow('holds no more');
    stranger.say({ type: 'join', room: 'r' });
    stranger.say({ type: 'match', queue: 'q' });
    await stranger.until('answers', () => stranger.messages.length === 2);
    expect(await footprintOf(opsUrl)).toMatchObject({
      sessions: before.sessions + 1,
      rooms: before.rooms + 1,
      waiters: before.waiters + 1,
    });
    stranger.reset();
    await untilNothingGrew(opsUrl, before);
  });

  it('a line of level error, and one that is no line of the log', () => {
    const { lines, output } = node.process;
    const fault = { level: 'error', event: 'handler-failed' };
    expect(errorsIn({ lines: [...lines, fault], output })).toEqual([fault]);
    expect(errorsIn({ lines, output: `${output}\nTypeError: x is undefined` })).toHaveLength(1);
    expect(errorsIn(node.process)).toEqual([]);
  });

  it('a word of a stranger in the log', () => {
    const { process, secrets } = node;
    expect(secrets.foundIn(process.output)).toEqual([]);
    expect(secrets.foundIn(`${process.output}\n{"token":"${TOKEN}"}`)).toHaveLength(1);
  });
});

describe('whoever begins a request and never ends it', () => {
  /** What is written at once, and what then again and again, twice a second. */
  const BEGINNINGS: readonly (readonly [what: string, first: string, then: string])[] = [
    ['nothing', '', ''],
    ['half a line', 'GET /v1/con', ''],
    ['a handshake without its last line', authorized().slice(0, -2), ''],
    ['a header, a letter at a time', authorized('X-A: a').slice(0, -4), 'a'],
    ['headers, one at a time', authorized().slice(0, -2), 'a:b\r\n'],
    ['what is no HTTP', 'EHLO parley.test\r\n', ''],
  ];

  it('is left', { timeout: 2 * GIVE_UP_MS }, async () => {
    const nodes = await Promise.all(LIBRARIES.map((library) => AbusedNode.start(library)));
    const each = nodes.flatMap((node) => BEGINNINGS.map((beginning) => expectLeft(node, ...beginning)));
    await Promise.all(each);
    await Promise.all(nodes.map((node) => node.expectWelcoming()));
    await Promise.all(nodes.map((node) => node.stop()));
  });
});

async function expectLeft(node: AbusedNode, what: string, first: string, then: string): Promise<void> {
  const stranger = await Stranger.dial(node.port);
  stranger.write(first);
  const dribble = setInterval(() => stranger.write(then), 500);
  try {
    await stranger.over(GIVE_UP_MS);
  } finally {
    clearInterval(dribble);
  }
  expect(stranger.messages, `after ${what}`).toEqual([]);
}
