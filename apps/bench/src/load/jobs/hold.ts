import { DIALECTS } from '../dialects/index.ts';
import { gather, settleOne } from '../pairs.ts';
import type { HoldJob } from './job.ts';

const AT_ONCE = 32;

/**
 * Holds connections that have joined a room, two by two, until the process is ended. Prints `{"held":count}` when all are
 * there, and `{"lost":count}` whenever one was lost.
 */
export async function hold({ dialect: name, seed, ports, count }: HoldJob): Promise<never> {
  const dialect = DIALECTS[name];
  const places = { ports, prefix: `h${seed}`, roomSize: 2 };
  let lost = 0;
  await gather(count >> 1, AT_ONCE, async (index) => {
    for (const member of await settleOne(dialect, places, index)) {
      member.socket.onText = () => {}; // what comes is not kept
      dialect.keepAlive(member);
      void member.socket.ended.then(() => console.log(JSON.stringify({ lost: ++lost })));
    }
  });
  console.log(JSON.stringify({ held: (count >> 1) * 2 }));
  return new Promise(() => setInterval(() => {}, 60_000));
}
