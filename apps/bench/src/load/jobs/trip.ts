import { Chance } from '@parley/test/faults/support/chance.ts';

import { median, quantile } from '../../statistics.ts';
import { watchCpu } from '../cpu.ts';
import { type Dialect, offerOf, type Payload } from '../dialects/dialect.ts';
import { DIALECTS } from '../dialects/index.ts';
import { FrameRing } from '../frame-ring.ts';
import { type Pair, settle } from '../pairs.ts';
import { payloads } from '../payload.ts';
import type { Found, TripJob } from './job.ts';

/** How long one pair waits for its description to come back, with nobody else there: two relays, in microseconds. */
export async function trip(job: TripJob): Promise<Found> {
  const dialect = DIALECTS[job.dialect];
  const offer = offerOf(payloads(new Chance(job.seed)));
  const [pair] = await settle(dialect, { ports: job.ports, prefix: `t${job.seed}`, roomSize: 2 }, 1);
  if (!pair) throw new Error('there is no pair');
  const back = tripsOf(dialect, pair, offer);
  for (let left = job.warmupTrips; left > 0; left--) await back();
  const busy = watchCpu(job.watched);
  const tripsUs: number[] = [];
  while (tripsUs.length < job.trips) {
    const startedAtMs = performance.now();
    await back();
    tripsUs.push((performance.now() - startedAtMs) * 1_000);
  }
  return { figures: { medianUs: median(tripsUs), p99Us: quantile(tripsUs, 0.99) }, busy: busy() };
}

/** What to call for one round trip. */
function tripsOf(dialect: Dialect, [a, b]: Pair, payload: Payload): () => Promise<void> {
  const [there, back] = [new FrameRing(dialect, a, b, payload), new FrameRing(dialect, b, a, payload)];
  let isBack = () => {};
  b.socket.onText = (bytes, start, end) => dialect.isSignal(bytes, start, end) && back.send(1);
  a.socket.onText = (bytes, start, end) => dialect.isSignal(bytes, start, end) && isBack();
  return () =>
    new Promise((resolve) => {
      isBack = resolve;
      there.send(1);
    });
}
