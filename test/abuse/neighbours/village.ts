import { setTimeout as pause } from 'node:timers/promises';

import { RawClient } from '../../support/client.ts';
import { freshAddress, freshName } from '../support/names.ts';

/** How often somebody says something. */
const PACE_MS = 50;

/** How it went. */
export interface Day {
  readonly said: number;
  /** Was delivered, as the node says, and arrived, in its order. */
  readonly heard: number;
  /** From saying to hearing, in the middle. */
  readonly medianMs: number;
}

/** Honest pairs who signal to each other all the time, each peer from an address of its own. */
export class Village {
  readonly #pairs: readonly Pair[];

  private constructor(pairs: readonly Pair[]) {
    this.#pairs = pairs;
  }

  /** @param url of a node that trusts this process to say who is who */
  static async settle(url: string, token: string, size: number): Promise<Village> {
    const settling = Array.from({ length: size }, () => Pair.meet(url, token));
    return new Village(await Promise.all(settling));
  }

  /** Every pair signals so many times, at its own pace. */
  async live(rounds: number): Promise<Day> {
    const days = await Promise.all(
      this.#pairs.map(async (pair, index) => {
        // Not all in the same instant.
        await pause((index / this.#pairs.length) * PACE_MS);
        return pair.live(rounds);
      }),
    );
    const relayMs = days.flat();
    return { said: rounds * this.#pairs.length, heard: relayMs.length, medianMs: median(relayMs) };
  }

  async leave(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.part()));
  }
}

class Pair {
  readonly #room: string;
  readonly #host: RawClient;
  readonly #guest: RawClient;
  #said = 0;

  private constructor(room: string, host: RawClient, guest: RawClient) {
    this.#room = room;
    this.#host = host;
    this.#guest = guest;
  }

  static async meet(url: string, token: string): Promise<Pair> {
    const enter = () => RawClient.connect(url, { token, headers: { 'x-forwarded-for': freshAddress() } });
    const [host, guest] = await Promise.all([enter(), enter()]);
    const room = freshName();
    for (const client of [host, guest]) await client.request({ type: 'join', room }, 'joined');
    return new Pair(room, host, guest);
  }

  /** How long each signal took that arrived as it was said. */
  async live(rounds: number): Promise<number[]> {
    const startedAt = performance.now();
    const tellings: Promise<number | undefined>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      tellings.push(this.#tell());
      await pause(Math.max(0, startedAt + (round + 1) * PACE_MS - performance.now()));
    }
    const times = await Promise.all(tellings);
    return times.filter((time) => time !== undefined);
  }

  async #tell(): Promise<number | undefined> {
    const [host, guest] = [this.#host, this.#guest];
    const custom = { said: ++this.#said, sealed: 'what is said between the two of them'.repeat(10) };
    const saidAt = performance.now();
    const answer = host.request({ type: 'signal', room: this.#room, to: guest.welcome.peer, custom });
    // Signals arrive in order: the next one is this one.
    const signal = await guest.next('signal', 30_000);
    const tookMs = performance.now() - saidAt;
    const isRight = JSON.stringify(signal.custom) === JSON.stringify(custom);
    return isRight && (await answer).type === 'delivered' ? tookMs : undefined;
  }

  async part(): Promise<void> {
    await Promise.all([this.#host.close(), this.#guest.close()]);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
