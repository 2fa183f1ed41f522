import { bareCluster, socketIoCluster } from '../contestants/clustered.ts';
import type { Contestant } from '../contestants/contestant.ts';
import { parley } from '../contestants/parley.ts';
import { bareRelay, peerServer, socketIo } from '../contestants/single.ts';
import { yWebrtc } from '../contestants/y-webrtc.ts';
import { runLoad } from '../load-process.ts';
import { beside } from './beside.ts';
import type { Figure, Scenario } from './scenario.ts';

const figures: readonly Figure[] = [
  { name: 'medianUs', title: 'round trip, median', unit: 'µs', better: 'less' },
  { name: 'p99Us', title: 'round trip, 99th percentile', unit: 'µs', better: 'less' },
];

/** How long one pair waits when nobody else is there. */
export const trip: Scenario = {
  name: 'trip',
  title: 'One pair on one node: there and back, 1.4 KB',
  figures,
  entrants: trips([bareRelay, parley, peerServer, yWebrtc, socketIo], 1),
  targets: [{ figure: 'medianUs', beside: [bareRelay.name], limit: 1.25 }],
};

/** The same across two nodes. */
export const tripCluster: Scenario = {
  name: 'trip-cluster',
  title: 'One pair on two nodes: there and back through Redis, 1.4 KB',
  figures,
  entrants: trips([bareCluster, parley, socketIoCluster], 2),
  targets: [{ figure: 'medianUs', beside: [bareCluster.name], limit: 1.25 }],
};

function trips(contestants: readonly Contestant[], nodes: number) {
  return beside(contestants, nodes, ({ dialect }, { ports, watched }, { isQuick, seed }) => {
    const counts = isQuick ? { warmupTrips: 500, trips: 1_000 } : { warmupTrips: 3_000, trips: 10_000 };
    return runLoad({ name: 'trip', dialect, ports, watched, seed, ...counts });
  });
}
