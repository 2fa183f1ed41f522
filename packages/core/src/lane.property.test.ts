import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lane } from './lane.ts';
import { LIMITS } from './limits.ts';
import type { PutAnswer } from './ports/directory.ts';
import type { Settlement } from './streams.ts';
import { bob, here, LaneBench, type Put, type Sent } from './testing/lane.ts';

/** What can happen while signals are on their way to bob. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'send' } as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('arrive' as const),
      mishap: fc.option(fc.constantFrom('missed' as const, 'not-in-room' as const), {
        nil: undefined,
        freq: 9,
      }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('receipt' as const), which: fc.nat(9) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      mishap: fc.option(fc.constantFrom('full' as const, 'lost-there' as const, 'lost-back' as const), {
        nil: undefined,
        freq: 9,
      }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'drop' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'come-back' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'tell-the-room' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 30, 400, 1_100) }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('signals of one pair: whatever happens, in whatever order', { timeout: 30_000 }, () => {
  it('each has one outcome, which is true, and nothing is left behind', async () => {
    await everyHistory((story) => {
      expect(story.bench.outcomes.map(([text]) => Number(text)).toSorted((a, b) => a - b)).toEqual([
        ...Array(story.count).keys(),
      ]);
      for (const [text, outcome] of story.bench.outcomes) {
        const hasArrived = story.heard.includes(Number(text));
        if (outcome === 'timeout' || outcome === 'unavailable') continue;
        expect([text, outcome, hasArrived]).toEqual([
          text,
          outcome,
          outcome === 'delivered' || typeof outcome === 'object',
        ]);
      }
      expect([story.isClosed, story.bench.clock.timersForTesting]).toEqual([true, 0]);
    });
  });

  it('the peer hears them in the order in which they were sent, and none twice', async () => {
    await everyHistory(({ heard }) => {
      expect(heard).toEqual([...new Set(heard)].toSorted((a, b) => a - b));
    });
  });

  it('is not in order for want of trouble: something is refused behind which others had been sent', async () => {
    const withoutTrouble = everyHistory(({ refusedFirst }) => expect(refusedFirst).toBe(false));
    await expect(withoutTrouble).rejects.toThrow('Property failed');
  });
});

function everyHistory(holds: (story: Story) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
      const story = new Story();
      for (const each of steps) await story.take(each);
      await story.end();
      holds(story);
    }),
    { numRuns: 150, seed: 4 },
  );
}

/** A peer that comes and goes, its mail, and the one who signals to it. */
class Story {
  readonly bench = new LaneBench();
  count = 0;
  /** What the peer heard, in order. */
  readonly heard: number[] = [];
  isClosed = true;
  /** Something was refused after which something else had been sent. */
  refusedFirst = false;
  readonly #under: { readonly sent: Sent; readonly sentAtMs: number; verdict?: Settlement }[] = [];
  #taken = 0;
  #answered = 0;
  #mail: number[] = [];
  #session = 1;
  #isAway = false;
  #seat = bob(1);
  #lane = this.#open();

  async take(each: Step): Promise<void> {
    switch (each.kind) {
      case 'send':
        this.#send();
        break;
      case 'arrive':
        this.#arrive(each.mishap);
        break;
      case 'receipt':
        this.#acknowledge(each.which);
        break;
      case 'answer':
        await this.#answer(each.mishap);
        break;
      case 'drop':
        this.#isAway = true;
        break;
      case 'come-back':
        this.#comeBack();
        break;
      case 'tell-the-room':
        this.#seat = { ...bob(this.#session), ...(this.#isAway && { awayUntilMs: Infinity }) };
        break;
      case 'advance':
        await this.#advance(each.ms);
    }
    this.#look();
  }

  /** Everything comes to its end. */
  async end(): Promise<void> {
    for (let n = 0; n < 200 && this.bench.outcomes.length < this.count; n += 1) {
      await this.take({ kind: 'arrive', mishap: undefined });
      await this.take({ kind: 'receipt', which: 0 });
      await this.take({ kind: 'answer', mishap: undefined });
      await this.#advance(100);
    }
    await this.#answer(undefined);
    this.#comeBack();
  }

  #open(): Lane {
    return new Lane('key', this.#seat, this.bench.context, () => (this.isClosed = true));
  }

  #send(): void {
    if (this.isClosed) this.#lane = this.#open();
    this.isClosed = false;
    this.#lane.add(this.bench.parcel(`${this.count++}`, this.#seat));
  }

  /** The oldest that is under way arrives where it was sent. */
  #arrive(mishap: Settlement | undefined): void {
    const next = this.#under.find(({ verdict }) => verdict === undefined);
    if (!next) return;
    next.verdict = mishap ?? this.#judge(next.sent);
    if (next.verdict === 'delivered') this.heard.push(Number(next.sent.text));
  }

  #judge({ session, readAtMs }: Sent): Settlement {
    if (this.bench.clock.nowMs() - readAtMs > LIMITS.signalLifeMs) return 'stale';
    return !this.#isAway && session === bob(this.#session).session ? 'delivered' : 'gone';
  }

  #acknowledge(which: number): void {
    const arrived = this.#under.filter(({ verdict }) => verdict !== undefined);
    const one = arrived[which % arrived.length];
    if (!one?.verdict) return;
    this.#under.splice(this.#under.indexOf(one), 1);
    if (one.verdict === 'gone' && this.#under.length > 0) this.refusedFirst = true;
    one.sent.settle(one.verdict);
  }

  async #answer(mishap: 'full' | 'lost-there' | 'lost-back' | undefined): Promise<void> {
    const put = this.bench.puts[this.#answered];
    if (!put) return;
    this.#answered += 1;
    if (mishap === 'lost-there') return put.lose();
    if (mishap === 'full' && this.#isAway) return put.answer({ outcome: 'full' });
    const answer = this.#put(put);
    await (mishap ? put.lose() : put.answer(answer));
  }

  #put({ text }: Put): PutAnswer {
    if (!this.#isAway) return here(this.#session);
    this.#mail.push(Number(text));
    return { outcome: 'kept', forMs: 1_000 };
  }

  #comeBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#session += 1;
    this.heard.push(...this.#mail.splice(0));
  }

  /** Time passes; what has no receipt after two seconds is given up. */
  async #advance(ms: number): Promise<void> {
    await this.bench.clock.advance(ms);
    this.#look();
    const nowMs = this.bench.clock.nowMs();
    for (const each of this.#under)
      if (nowMs - each.sentAtMs >= LIMITS.signalLifeMs) each.sent.settle('timeout');
  }

  #look(): void {
    for (const sent of this.bench.sent.slice(this.#taken))
      this.#under.push({ sent, sentAtMs: this.bench.clock.nowMs() });
    this.#taken = this.bench.sent.length;
  }
}
