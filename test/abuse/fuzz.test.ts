import { decode, type Decoded, INCOMING, type Incoming, type Received } from '@parley/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startCarelessServer, type Mistake } from './fuzz/careless-server.ts';
import { fuzzNode } from './fuzz/fuzzer.ts';
import { fuzzed, written } from './fuzz/messages.ts';
import { readingOf } from './fuzz/reading.ts';
import { AbusedNode, LIBRARIES } from './support/abused-node.ts';

const SEED = Number(process.env['PARLEY_TEST_SEED'] ?? 1);
const MESSAGES = 20_000;

const SCHEMAS: ReadonlyMap<unknown, (typeof INCOMING)[keyof typeof INCOMING]> = new Map(
  Object.entries(INCOMING),
);

describe(`fuzzing with PARLEY_TEST_SEED=${SEED}`, () => {
  it(`decode accepts of ${MESSAGES} messages what PROTOCOL.md accepts, and answers to the id of every other`, () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(fuzzed, fc.nat(), (message, serial) => {
        const frame = written(message, { room: 'room', self: 'me', others: ['you', 'them'], serial });
        const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
        const decoded = decode(text);
        expectRight(text, decoded);
        const outcome = `${message.type} ${decoded.ok}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
      { numRuns: MESSAGES, seed: SEED },
    );
    // It would be no test if nothing, or everything, got through.
    for (const type of SCHEMAS.keys())
      for (const ok of [true, false])
        expect(outcomes.get(`${String(type)} ${ok}`), `${String(type)} ${ok}`).toBeGreaterThan(50);
  });

  it('a decode that accepts too much, refuses too much, or loses an id is noticed', () => {
    const refused = { ok: false, code: 'bad-message', path: '' } as const;
    const accepted = { ok: true, message: { type: 'ping' }, payload: '' } as const;
    for (const [text, right, wrong] of [
      ['{"type":"ping"}', accepted, refused],
      ['{"type":"ping","type":"ping"}', refused, accepted],
      ['{"type":"ping","x":1}', refused, accepted],
      [`{"type":"ping","x":${'['.repeat(32)}${']'.repeat(32)}}`, refused, { ...refused, id: 1 }],
      ['{"type":"ping","id":1,"x":1}', { ...refused, id: 1 }, refused],
      ['{"type":"pong"}', { ...refused, code: 'unknown-type' }, refused],
    ] satisfies [string, Decoded, Decoded][]) {
      expectRight(text, right);
      expect(() => expectRight(text, wrong)).toThrow('expected');
    }
  });

  it.each<Mistake>(['no answer', 'two answers', 'an answer with another id', 'a close of its own'])(
    'a server is noticed of which one frame in a hundred gets %s',
    async (mistake) => {
      const server = await startCarelessServer(mistake);
      const run = fuzzNode(server.port, { seed: SEED, messages: 2_000, patienceMs: 500 });
      await expect(run).rejects.toThrow('answers');
      server.stop();
    },
  );

  it('a server that makes no such mistake passes', async () => {
    const server = await startCarelessServer('none');
    expect((await fuzzNode(server.port, { seed: SEED, messages: 2_000 })).messages).toBeGreaterThanOrEqual(
      2_000,
    );
    server.stop();
  });

  describe.each(LIBRARIES)('a node over %s', (library) => {
    let node: AbusedNode;
    beforeAll(async () => {
      node = await AbusedNode.start(library);
    });
    afterAll(async () => {
      await node?.expectWelcoming();
      await node?.stop();
    });

    it(`answers each of ${MESSAGES} messages that has an id exactly once, and a pair beside it notices nothing`, async () => {
      const { messages, sessions, answers } = await node.besides(() =>
        fuzzNode(node.port, { seed: SEED, messages: MESSAGES }),
      );
      console.log(
        `seed ${SEED}, ${library}: ${messages} messages in ${sessions} sessions`,
        Object.fromEntries(answers),
      );
      expect(messages).toBeGreaterThanOrEqual(MESSAGES);
      expect([...answers.keys()]).toEqual(expect.arrayContaining(EXPECTED_ANSWERS));
    });
  });
});

/** Every answer that these messages should call forth: what is missing was not tested. */
const EXPECTED_ANSWERS = [
  'joined',
  'left',
  'updated',
  'waiting',
  'unmatched',
  'delivered',
  'ice-servers',
  'pong',
  'signal',
  'bad-message',
  'unknown-type',
  'not-in-room',
  'peer-unreachable',
  'not-waiting',
  'not-allowed',
  'room-not-found',
];

/** What decode makes of a text is what a slow reader makes of it, with nothing but the schema in common. */
function expectRight(text: string, decoded: Decoded): void {
  const { value, isTwofold, id } = readingOf(text);
  const schema = SCHEMAS.get(value?.['type']);
  const validated = schema?.safeParse(value);
  const isRight = value !== undefined && !isTwofold && validated?.success === true;
  const isUnknown =
    value !== undefined && !isTwofold && schema === undefined && typeof value['type'] === 'string';
  expect(decoded).toMatchObject(
    isRight
      ? { ok: true, ...readOf(validated.data) }
      : { ok: false, code: isUnknown ? 'unknown-type' : 'bad-message' },
  );
  // Of a message that is right it is among the validated members.
  expect('id' in decoded ? decoded.id : undefined).toBe(isRight ? undefined : id);
  expect('payload' in decoded ? JSON.parse(`{${decoded.payload}}`) : undefined).toEqual(
    isRight ? carriedBy(validated.data) : undefined,
  );
}

/** Of a signal a node reads the address, and passes on the rest as text. */
function readOf(message: Incoming): { readonly message: Received } {
  if (message.type !== 'signal') return { message };
  const { type, id, room, to, toInstance } = message;
  return { message: { type, id, room, to, toInstance } };
}

function carriedBy(message: Incoming): object {
  if (message.type !== 'signal') return {};
  const { description, candidate, custom, seq, ack } = message;
  const carried = Object.entries({ description, candidate, custom, seq, ack });
  return Object.fromEntries(carried.filter(([, value]) => value !== undefined));
}
