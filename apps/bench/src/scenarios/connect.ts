import { parley } from '../contestants/parley.ts';
import { bareRelay, peerServer } from '../contestants/single.ts';
import { runLoad } from '../load-process.ts';
import { beside } from './beside.ts';
import type { Scenario } from './scenario.ts';

/** From nothing to being reachable. */
export const connect: Scenario = {
  name: 'connect',
  title: 'Connect, 64 at a time: Parley with JWT, registry claim and join; the others as much as they have',
  figures: [
    { name: 'perSecond', title: 'connects', unit: '/s', better: 'more' },
    { name: 'serverUs', title: 'processor time of the servers', unit: 'µs a connect', better: 'less' },
  ],
  entrants: beside(
    [bareRelay, parley, peerServer],
    1,
    ({ dialect }, { ports, watched }, { isQuick, seed }) => {
      const counts = isQuick ? { warmup: 300, count: 1_500 } : { warmup: 1_000, count: 8_000 };
      return runLoad({ name: 'connect', dialect, ports, watched, seed, atOnce: 64, ...counts });
    },
  ),
  targets: [{ figure: 'perSecond', beside: [peerServer.name], limit: 2 }],
};
