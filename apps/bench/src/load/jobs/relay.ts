import { setTimeout as pause } from 'node:timers/promises';

import { seeded } from '../../random.ts';
import { watchCpu } from '../cpu.ts';
import { type Dialect, type Member, offerOf, type Payload } from '../dialects/dialect.ts';
import { DIALECTS } from '../dialects/index.ts';
import { clientFrame } from '../frame.ts';
import { settle } from '../pairs.ts';
import type { RawSocket } from '../raw-socket.ts';
import { payloads } from '../payload.ts';
import type { Found, RelayJob } from './job.ts';

/** A signal may be answered before its receipt has come: so many ids in turn are never met twice. All have two digits. */
const IDS = 64;
const FIRST_ID = 10;

/** Messages a second that get through in a closed loop: each that arrives is answered by one of the same size. */
export async function relay(job: RelayJob): Promise<Found> {
  const dialect = DIALECTS[job.dialect];
  const offer = offerOf(payloads(seeded(job.seed)));
  const pairs = await settle(dialect, { ports: job.ports, prefix: `r${job.seed}` }, job.pairs);
  const tally = { relayed: 0 };
  const members = pairs.flatMap(([a, b]) => [
    new Echo(dialect, a, b, offer, tally),
    new Echo(dialect, b, a, offer, tally),
  ]);

  for (const member of members) member.send(job.inFlight);
  await pause(job.warmupMs);
  const [relayedBefore, startedAtMs, busy] = [tally.relayed, performance.now(), watchCpu(job.watched)];
  await pause(job.measureMs);
  const relayed = tally.relayed - relayedBefore;
  const found = {
    figures: { perSecond: (relayed / (performance.now() - startedAtMs)) * 1_000 },
    busy: busy(),
  };
  for (const { socket } of pairs.flat()) socket.reset();
  return found;
}

/** Sends one message for each that it has heard, and counts. */
class Echo {
  readonly #socket: RawSocket;
  /** All frames, one behind the other, each of the same length: several that are due leave as one slice. */
  readonly #ring: Buffer;
  #next = 0;
  #due = 0;

  constructor(dialect: Dialect, member: Member, other: Member, payload: Payload, tally: { relayed: number }) {
    const frame = (_: unknown, index: number) =>
      clientFrame(dialect.signal(member, other, payload, FIRST_ID + index));
    this.#ring = Buffer.concat(Array.from({ length: IDS }, frame));
    this.#socket = member.socket;
    this.#socket.onText = (bytes, start, end) => {
      if (!dialect.isSignal(bytes, start, end)) return;
      tally.relayed += 1;
      this.#due += 1;
    };
    this.#socket.onRead = () => this.send(0);
  }

  /** Sends what is due, and so many more. */
  send(more: number): void {
    const frameBytes = this.#ring.length / IDS;
    for (let left = this.#due + more; left > 0;) {
      const count = Math.min(left, IDS - this.#next);
      this.#socket.send(this.#ring.subarray(this.#next * frameBytes, (this.#next + count) * frameBytes));
      this.#next = (this.#next + count) % IDS;
      left -= count;
    }
    this.#due = 0;
  }
}
