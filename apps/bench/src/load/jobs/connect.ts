import { costs, watchCpu } from '../cpu.ts';
import { DIALECTS } from '../dialects/index.ts';
import { gather, seatsOf } from '../pairs.ts';
import type { ConnectJob, Found } from './job.ts';

/** Connects a second, each with whatever the contestant asks of a client until others can signal to it. All stay to the end. */
export async function connect({ dialect: name, seed, ports, ...job }: ConnectJob): Promise<Found> {
  const dialect = DIALECTS[name];
  const join = (prefix: string, count: number) =>
    gather(count, job.atOnce, (index) => {
      const [first, second] = seatsOf({ ports, prefix, roomSize: 2 }, index >> 1);
      return dialect.join(index % 2 === 0 ? first : second);
    });
  const warm = await join(`w${seed}`, job.warmup);
  const [startedAtMs, busyOf] = [performance.now(), watchCpu(job.watched)];
  const members = await join(`c${seed}`, job.count);
  const perSecond = (job.count / (performance.now() - startedAtMs)) * 1_000;
  const busy = busyOf();
  for (const { socket } of [...warm, ...members]) socket.reset();
  return { figures: { perSecond, ...costs(busy, perSecond) }, busy };
}
