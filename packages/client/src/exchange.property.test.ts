import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Stream } from './exchange.ts';
import { Inbox } from './inbox.ts';
import { MOST_WAITING, Outbox } from './outbox.ts';
import { LossyPair } from './testing/lossy-pair.ts';
import type { FrameFate } from './testing/lossy-pair.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FATES: readonly FrameFate[] = [
  'arrives',
  'arrives-twice',
  'lost-as-delivered',
  'arrives-in-doubt',
  'lost-in-doubt',
  'refused',
  'drops-session',
];
/** What a line does to its frames, one after the other; then it is a good one. */
const weather = fc.array(fc.constantFrom(...FATES), { maxLength: 60 });
/** Who says something, and how long nobody says anything then. */
const talk = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.nat({ max: 900 })), { minLength: 1, maxLength: 40 });

describe('two ends that count, over a line that loses, doubles, refuses, reorders and ends,', () => {
  it('hear everything exactly once and in order, once they know of each other', async () => {
    await fc.assert(
      fc.asyncProperty(weather, talk, (fates, said) => expectEverythingOnce(fates, said)),
      { numRuns: 150 },
    );
  });

  it('hear each thing at most once and in order when one of them goes, and what was not heard is undeliverable', async () => {
    await fc.assert(
      fc.asyncProperty(
        weather,
        talk,
        fc.nat({ max: 20_000 }),
        fc.boolean(),
        async (fates, said, leaveAfterMs, haveMet) => {
          const { pair, words } = await converse(fates, said, haveMet);
          await vi.advanceTimersByTimeAsync(leaveAfterMs);
          for (const { exchange } of pair.ends) exchange.end('left');
          await vi.advanceTimersByTimeAsync(60_000);

          for (const [index, { undeliverable }] of pair.ends.entries()) {
            const { heard } = pair.ends[1 - index]!;
            const givenUp = undeliverable.map(({ signal }) =>
              'custom' in signal ? signal.custom : undefined,
            );
            expect(heard).toEqual(words[index]!.filter((word) => heard.includes(word)));
            expect(words[index]!.filter((word) => !heard.includes(word) && !givenUp.includes(word))).toEqual(
              [],
            );
            expect(new Set(givenUp).size).toBe(givenUp.length);
          }
          pair.stop();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('fail at this when one never says anything again', async () => {
    class Once extends Outbox {
      override again(): void {}
    }
    await expectNotOnce(() => ({ outbox: new Once(), inbox: new Inbox() }));
  });

  it('fail at this when one hands on what it has had', async () => {
    class Open extends Inbox<never> {
      override take(seq: number, item: never): never[] {
        this.upTo = Math.max(this.upTo, seq);
        return [item];
      }
    }
    await expectNotOnce(() => ({ outbox: new Outbox(), inbox: new Open() }));
  });
});

describe('to somebody who does not count', () => {
  it('nothing is said twice, and what certainly did not arrive is said again or undeliverable', async () => {
    // A plain client never hears of what a dead socket took: only receipts can be gone by.
    const honest = FATES.filter((fate) => fate !== 'lost-as-delivered' && fate !== 'arrives-twice');
    const fates = fc.array(fc.constantFrom(...honest), { maxLength: 60 });
    const words = fc.integer({ min: 1, max: 30 });
    await fc.assert(
      fc.asyncProperty(fates, words, async (misfortunes, count) => {
        const pair = new LossyPair(() => misfortunes.pop() ?? 'arrives');
        const [speaker, plain] = pair.ends;
        const heard: unknown[] = [];
        vi.spyOn(plain.exchange, 'receive').mockImplementation(({ custom }) => {
          if (custom !== undefined) heard.push(custom);
        });
        plain.timers.clear(); // it says no hello
        for (let word = 0; word < count; word++) {
          speaker.say(word);
          await vi.advanceTimersByTimeAsync(50);
        }
        await vi.advanceTimersByTimeAsync(300_000);
        speaker.exchange.receive({
          type: 'signal',
          room: 'lobby',
          from: 'p.1',
          fromInstance: 'i.1',
          custom: 'I do not count',
        } as never);
        speaker.exchange.end('left');

        const givenUp = speaker.undeliverable.map(({ signal }) =>
          'custom' in signal ? signal.custom : undefined,
        );
        expect(new Set(heard).size).toBe(heard.length);
        expect(
          Array.from({ length: count }, (_, word) => word).filter(
            (word) => !heard.includes(word) && !givenUp.includes(word),
          ),
        ).toEqual([]);
        pair.stop();
      }),
      { numRuns: 100 },
    );
  });

  it('everything arrives over a good line, and nothing is undeliverable', async () => {
    const pair = new LossyPair(() => 'arrives');
    const [speaker, plain] = pair.ends;
    const heard: unknown[] = [];
    vi.spyOn(plain.exchange, 'receive').mockImplementation(
      ({ custom }) => void (custom !== undefined && heard.push(custom)),
    );
    plain.timers.clear();
    for (let word = 0; word < 300; word++) speaker.say(word);
    speaker.exchange.receive({ type: 'signal', custom: 'hi' } as never);
    await vi.advanceTimersByTimeAsync(100_000);
    speaker.exchange.end('left');

    expect(heard).toHaveLength(300);
    expect(speaker.undeliverable).toEqual([]);
    pair.stop();
  });
});

describe('to somebody of whom nobody knows whether it counts', () => {
  it('much may be said, and nothing of it is lost if it does and its socket was dead', async () => {
    let isDead = true;
    const pair = new LossyPair(() => (isDead ? 'lost-as-delivered' : 'arrives'));
    const [speaker, hearer] = pair.ends;
    vi.spyOn(hearer.exchange, 'resume').mockImplementation(() => {}); // it has not noticed yet
    for (let word = 0; word < 300; word++) speaker.say(word);
    await vi.advanceTimersByTimeAsync(4_000);
    vi.restoreAllMocks();
    isDead = false;
    hearer.exchange.resume();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(hearer.heard).toEqual(Array.from({ length: 300 }, (_, word) => word));
    expect(speaker.undeliverable).toEqual([]);
    pair.stop();
  });

  it('all is said in the end, if it never says a word', async () => {
    const pair = new LossyPair(() => 'arrives');
    const [speaker, plain] = pair.ends;
    plain.timers.clear();
    const receive = vi.spyOn(plain.exchange, 'receive').mockImplementation(() => {});
    const heard = () => receive.mock.calls.filter(([{ custom }]) => custom !== undefined).length;
    for (let word = 0; word < 300; word++) speaker.say(word);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(heard()).toBe(256);
    await vi.advanceTimersByTimeAsync(2_000);

    expect(heard()).toBe(300);
    expect(speaker.undeliverable).toEqual([]);
    pair.stop();
  });
});

it('whoever leaves and comes back in the same life is understood, whether the other end noticed or not', async () => {
  const streams = [new Stream(), new Stream()] as const;
  const before = new LossyPair(() => 'lost-as-delivered', streams);
  before.ends[0].say('never heard');
  await vi.advanceTimersByTimeAsync(1_000);
  before.ends[0].exchange.end('left');
  before.stop();

  const after = new LossyPair(() => 'arrives', streams);
  after.ends[0].say('heard');
  await vi.advanceTimersByTimeAsync(10_000);

  expect(before.ends[0].undeliverable).toHaveLength(1);
  expect(after.ends[1].heard).toEqual(['heard']);
  after.stop();
});

it('says hello within 200 ms, to a peer that is here', async () => {
  const pair = new LossyPair(() => 'arrives');
  await vi.advanceTimersByTimeAsync(200);

  expect(pair.ends[0].frames).toEqual([
    { type: 'signal', room: 'lobby', to: 'p.1', toInstance: 'i.1', ack: 0 },
  ]);
  pair.stop();
});

it('leaves the mail of a peer that is away to signals', async () => {
  const pair = new LossyPair(() => 'arrives');
  pair.ends[0].peer.isAway = true;
  await vi.advanceTimersByTimeAsync(10_000);

  expect(pair.ends[0].frames).toEqual([]);
  pair.ends[0].peer.isAway = false;
  pair.ends[0].exchange.resumeAfterMail();
  await vi.advanceTimersByTimeAsync(200);
  expect(pair.ends[0].frames).toHaveLength(1);
  pair.stop();
});

async function expectEverythingOnce(
  fates: FrameFate[],
  said: [number, number][],
  streams?: readonly [Stream, Stream],
) {
  const { pair, words } = await converse(fates, said, true, streams);
  await vi.advanceTimersByTimeAsync(300_000);

  expect([pair.ends[1].heard, pair.ends[0].heard]).toEqual(words);
  expect(pair.ends.flatMap(({ undeliverable }) => undeliverable)).toEqual([]);
  expect(pair.ends.every(({ stream }) => stream.outbox.size === 0)).toBe(true);
  pair.stop();
}

async function expectNotOnce(make: () => Stream) {
  const outcome = await fc.check(
    fc.asyncProperty(weather, talk, (fates, said) => expectEverythingOnce(fates, said, [make(), make()])),
    { numRuns: 100, endOnFailure: true },
  );
  expect(outcome.failed).toBe(true);
}

async function converse(
  fates: FrameFate[],
  said: readonly [number, number][],
  haveMet: boolean,
  streams?: readonly [Stream, Stream],
) {
  const misfortunes = [...fates];
  let isCalm = haveMet;
  const pair = new LossyPair(() => (isCalm ? undefined : misfortunes.pop()) ?? 'arrives', streams);
  if (haveMet) await vi.advanceTimersByTimeAsync(1_000);
  isCalm = false;
  const words: number[][] = [[], []];
  for (const [word, [who, silenceMs]] of said.entries()) {
    pair.ends[who]!.say(word);
    words[who]!.push(word);
    await vi.advanceTimersByTimeAsync(silenceMs);
    expect(pair.ends[who]!.stream.outbox.size).toBeLessThan(MOST_WAITING);
  }
  return { pair, words };
}
