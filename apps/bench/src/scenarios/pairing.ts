import { parley } from '../contestants/parley.ts';
import { peerServer, socketIo } from '../contestants/single.ts';
import { runLoad } from '../load-process.ts';
import { beside } from './beside.ts';
import type { Scenario } from './scenario.ts';

/** Everything that two people need of a signalling server, from opening the page to closing it. */
export const pairing: Scenario = {
  name: 'pairing',
  title: 'Whole pairings, 32 at a time: connect and join, offer, answer, 8 candidates each way, leave',
  figures: [
    { name: 'perSecond', title: 'pairings', unit: '/s', better: 'more' },
    { name: 'serverUs', title: 'processor time of the servers', unit: 'µs a pairing', better: 'less' },
  ],
  entrants: beside(
    [parley, peerServer, socketIo],
    1,
    ({ dialect }, { ports, watched }, { isQuick, seed }) => {
      const counts = isQuick ? { warmup: 100, count: 400 } : { warmup: 500, count: 3_000 };
      return runLoad({ name: 'pairing', dialect, ports, watched, seed, atOnce: 32, ...counts });
    },
  ),
  targets: [
    { figure: 'perSecond', beside: [peerServer.name], limit: 2 },
    { figure: 'perSecond', beside: [socketIo.name], limit: 2 },
  ],
};
