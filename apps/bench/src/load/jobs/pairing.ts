import { Chance } from '@parley/test/faults/support/chance.ts';

import { costs, watchCpu } from '../cpu.ts';
import type { Dialect, Member, Payload } from '../dialects/dialect.ts';
import { DIALECTS } from '../dialects/index.ts';
import { gather, type Places, settleOne } from '../pairs.ts';
import { type Payloads, payloads } from '../payload.ts';
import type { Found, PairingJob } from './job.ts';

/** Whole pairings a second: both connect and join, offer, answer, eight candidates each way, both leave. */
export async function pairing({ dialect: name, seed, ports, ...job }: PairingJob): Promise<Found> {
  const said = payloads(new Chance(seed));
  const pairUp = (prefix: string, count: number) =>
    gather(count, job.atOnce, (index) =>
      wholePairing(DIALECTS[name], { ports, prefix, roomSize: 2 }, index, said),
    );
  await pairUp(`w${seed}`, job.warmup);
  const [startedAtMs, busyOf] = [performance.now(), watchCpu(job.watched)];
  await pairUp(`p${seed}`, job.count);
  const perSecond = (job.count / (performance.now() - startedAtMs)) * 1_000;
  const busy = busyOf();
  return { figures: { perSecond, ...costs(busy, perSecond) }, busy };
}

async function wholePairing(dialect: Dialect, places: Places, index: number, said: Payloads): Promise<void> {
  const [first, second] = await settleOne(dialect, places, index);
  const candidates = said.candidates.map((json): Payload => ({ kind: 'candidate', json }));
  const offering: Payload[] = [{ kind: 'offer', json: said.offer }, ...candidates];
  const answering: Payload[] = [{ kind: 'answer', json: said.answer }, ...candidates];
  const say = (from: Member, to: Member, payloadsOfOne: readonly Payload[]) =>
    payloadsOfOne.forEach((payload, id) => from.socket.say(dialect.signal(from, to, payload, id)));

  const [isOffered, isAnswered] = [
    hears(dialect, first, () => say(first, second, answering)),
    hears(dialect, second),
  ];
  say(second, first, offering);
  await Promise.all([isOffered, isAnswered].map((heard) => heard(offering.length)));
  await Promise.all([dialect.leave(first), dialect.leave(second)]);
}

/** Counts the signals that somebody hears, from now on. The answer waits for so many of them, or for the end of the socket. */
function hears(dialect: Dialect, { socket }: Member, onFirst = () => {}): (count: number) => Promise<void> {
  let [heard, wanted, done] = [0, Infinity, () => {}];
  socket.onText = (bytes, start, end) => {
    if (!dialect.isSignal(bytes, start, end)) return;
    heard += 1;
    if (heard === 1) onFirst();
    if (heard >= wanted) done();
  };
  return async (count) => {
    wanted = count;
    const all = new Promise<void>((resolve) => (done = resolve));
    if (heard < count) await Promise.race([all, socket.ended]);
    if (heard < count) throw new Error(`a connection ended after ${heard} of ${count} signals`);
  };
}
