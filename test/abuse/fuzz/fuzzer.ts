import assert from 'node:assert/strict';

import type { Outgoing } from '@parley/protocol';
import fc from 'fast-check';

import { TOKEN } from '../support/abused-node.ts';
import { text } from '../support/frames.ts';
import { Stranger, type End, type Patience } from '../support/stranger.ts';
import { fuzzed, written, type Fuzzed } from './messages.ts';
import { readingOf } from './reading.ts';

/** Few enough that a session lives through all of them, were each a bad one: the 21st bad message ends it. */
const BATCH = 8;
const MAX_BAD = 20 - BATCH;

/** What became of so many messages. */
export interface Tally {
  /** Those that a node has certainly read. */
  messages: number;
  sessions: number;
  /** Answers by type; of errors, by code. */
  readonly answers: Map<string, number>;
}

/** What a run of the fuzzer is told. */
interface FuzzOptions extends Patience {
  readonly seed: number;
  readonly messages: number;
}

/**
 * Several strangers who send what is nearly right until so many messages have been read: each that has an `id` must be answered
 * exactly once, and a session may end only on what ends one.
 */
export async function fuzzNode(port: number, { seed, messages, ...patience }: FuzzOptions): Promise<Tally> {
  const tally: Tally = { messages: 0, sessions: 0, answers: new Map() };
  const shared = { port, source: messagesFrom(seed), peers: new Set<string>(), tally, patience };
  let hasFailed = false;
  const isOver = () => hasFailed || tally.messages >= messages;
  const runs = Array.from({ length: STRANGERS }, () =>
    new Fuzzer(shared).run(isOver).catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  await Promise.all(runs);
  return tally;
}

const STRANGERS = 6;
const ROOM = 'fuzz';

/** Endless, and the same for the same seed. */
function* messagesFrom(seed: number): Generator<Fuzzed, never> {
  for (let more = 0; ; more++) yield* fc.sample(fuzzed, { seed: seed + more, numRuns: 1_000 });
}

/** What all strangers of a run have in common. */
interface Shared {
  readonly port: number;
  readonly source: Generator<Fuzzed, never>;
  /** Who is in the room, for others to signal to. */
  readonly peers: Set<string>;
  readonly tally: Tally;
  readonly patience: Patience;
}

/** One of the strangers: one session after the other. */
class Fuzzer {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async run(isEnough: () => boolean): Promise<void> {
    const { port, peers, tally, patience } = this.#shared;
    const entry = { ...patience, headers: [`Authorization: Bearer ${TOKEN}`] };
    while (!isEnough()) {
      const stranger = await Stranger.enter(port, entry);
      tally.sessions += 1;
      peers.add(stranger.peer);
      try {
        stranger.say({ type: 'join', room: ROOM, capacity: 64 });
        while (!isEnough() && stranger.end === undefined && badIn(stranger) <= MAX_BAD) {
          const frames = Array.from({ length: BATCH }, () => this.#next(stranger));
          const batch = new Batch(stranger, frames);
          await batch.play();
          batch.countIn(tally);
        }
      } finally {
        peers.delete(stranger.peer);
        stranger.reset();
      }
    }
  }

  #next({ peer }: Stranger): Frame {
    const { peers, source } = this.#shared;
    const others = [...peers].filter((other) => other !== peer);
    return written(source.next().value, { room: ROOM, self: peer, others, serial: ++serials });
  }
}

let serials = 0;

type Frame = string | Uint8Array;

/** Frames that are sent at once, and what comes of them. */
class Batch {
  readonly #stranger: Stranger;
  readonly #frames: readonly Frame[];
  /** What must be answered: each id, as JSON, and how often. */
  readonly #wanted: ReadonlyMap<string, number>;
  /** Messages that came before. */
  readonly #before: number;

  constructor(stranger: Stranger, frames: readonly Frame[]) {
    this.#stranger = stranger;
    this.#frames = frames;
    this.#wanted = countsOf(frames.map((frame) => readingOf(asReceived(frame)).id));
    this.#before = stranger.messages.length;
  }

  /** Sends them, and waits until each that must be answered is; or for the end of the session, which must have a cause. */
  async play(): Promise<void> {
    const stranger = this.#stranger;
    stranger.write(Buffer.concat(this.#frames.map((frame) => text(frame))));
    try {
      await stranger.probe();
      await stranger.until('answers', () => stranger.end !== undefined || this.#isAnswered());
      if (stranger.end === undefined) assert.deepEqual(this.#answered(), this.#wanted);
      else this.#mustBeCaused(stranger.end);
    } catch (error) {
      throw new Error(`the answers are not right:\n${this.#describe()}\n${stranger.describe()}`, {
        cause: error,
      });
    }
  }

  /** Adds what was certainly read. */
  countIn(tally: Tally): void {
    tally.messages += this.#stranger.end === undefined ? this.#frames.length : this.#answered().size;
    for (const message of this.#heard()) {
      const name = message.type === 'error' ? message.code : message.type;
      tally.answers.set(name, (tally.answers.get(name) ?? 0) + 1);
    }
  }

  #heard(): readonly Outgoing[] {
    return this.#stranger.messages.slice(this.#before);
  }

  #answered(): Map<string, number> {
    return countsOf(this.#heard().map((message) => ('re' in message ? message.re : undefined)));
  }

  #isAnswered(): boolean {
    const answered = this.#answered();
    return [...this.#wanted].every(([id, count]) => (answered.get(id) ?? 0) >= count);
  }

  /** `bye` ends a session, and so does text that is no UTF-8: by a close or, in one of the libraries, without. */
  #mustBeCaused(end: End): void {
    const isBye = (frame: Frame) => readingOf(asReceived(frame)).value?.['type'] === 'bye';
    const isNoText = (frame: Frame) => !Buffer.from(asReceived(frame)).equals(Buffer.from(frame));
    const causes: unknown[] = [
      ...(this.#frames.some(isBye) ? [1000] : []),
      ...(this.#frames.some(isNoText) ? [1007, 'cut'] : []),
    ];
    assert(causes.includes(typeof end === 'object' ? end.close : end), `ended by ${JSON.stringify(end)}`);
    for (const [id, count] of this.#answered())
      assert(count <= (this.#wanted.get(id) ?? 0), `${count} answers with ${id}`);
  }

  #describe(): string {
    return this.#frames.map((frame) => String(frame).slice(0, 400)).join('\n');
  }
}

/** What of a frame arrives: half a surrogate pair, and what is no UTF-8, becomes another character. */
function asReceived(frame: Frame): string {
  return Buffer.from(frame).toString();
}

function badIn({ messages }: Stranger): number {
  return messages.filter(
    (message) =>
      message.type === 'error' && (message.code === 'bad-message' || message.code === 'unknown-type'),
  ).length;
}

/** How often each id is there; whatever has none does not count. */
function countsOf(ids: readonly (string | number | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids.filter((one) => one !== undefined).map((one) => JSON.stringify(one)))
    counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
