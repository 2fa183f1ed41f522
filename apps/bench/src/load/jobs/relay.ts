import { Chance } from '@parley/test/faults/support/chance.ts';

import { setTimeout as pause } from 'node:timers/promises';

import { costs, watchCpu } from '../cpu.ts';
import { type Dialect, type Member, offerOf, type Payload } from '../dialects/dialect.ts';
import { DIALECTS } from '../dialects/index.ts';
import { FrameRing } from '../frame-ring.ts';
import { settle } from '../pairs.ts';
import { payloads } from '../payload.ts';
import type { Found, RelayJob } from './job.ts';

/** Messages a second that get through in a closed loop: each that arrives is answered by one of the same size. */
export async function relay(job: RelayJob): Promise<Found> {
  const { ports, roomSize, warmupMs, measureMs, watched } = job;
  const dialect = DIALECTS[job.dialect];
  const offer = offerOf(payloads(new Chance(job.seed)));
  const pairs = await settle(dialect, { ports, prefix: `r${job.seed}`, roomSize }, job.pairs);
  const tally = { relayed: 0 };
  for (const [a, b] of pairs) {
    answering(dialect, a, b, offer, tally).send(job.inFlight);
    answering(dialect, b, a, offer, tally).send(job.inFlight);
  }

  await pause(warmupMs);
  const [relayedBefore, startedAtMs, busyOf] = [tally.relayed, performance.now(), watchCpu(watched)];
  await pause(measureMs);
  const perSecond = ((tally.relayed - relayedBefore) / (performance.now() - startedAtMs)) * 1_000;
  const busy = busyOf();
  for (const { socket } of pairs.flat()) socket.reset();
  return { figures: { perSecond, ...costs(busy, perSecond) }, busy };
}

/** From now on this member sends one for each that it has heard; what one read has brought is answered with one write. */
function answering(
  dialect: Dialect,
  member: Member,
  other: Member,
  payload: Payload,
  tally: { relayed: number },
): FrameRing {
  const ring = new FrameRing(dialect, member, other, payload);
  let due = 0;
  member.socket.onText = (bytes, start, end) => {
    if (dialect.isSignal(bytes, start, end)) due += 1;
  };
  member.socket.onRead = () => {
    tally.relayed += due;
    ring.send(due);
    due = 0;
  };
  return ring;
}
