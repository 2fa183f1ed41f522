import { bareCluster, socketIoCluster } from '../contestants/clustered.ts';
import { parley } from '../contestants/parley.ts';
import { bareRelay, peerServer, socketIo } from '../contestants/single.ts';
import { yWebrtc } from '../contestants/y-webrtc.ts';
import type { Contestant, Running } from '../contestants/contestant.ts';
import type { RelayJob } from '../load/jobs/job.ts';
import { runLoad } from '../load-process.ts';
import { beside } from './beside.ts';
import type { Figure, Scale, Scenario } from './scenario.ts';

/** The fewest with which the bare server, and not the load, has no time left: writes of a load are as dear as those of a server. */
const IN_FLIGHT = 2;

const figures: readonly Figure[] = [
  { name: 'perSecond', title: 'signals relayed', unit: '/s', better: 'more' },
  { name: 'serverUs', title: 'processor time of the servers', unit: 'µs a signal', better: 'less' },
];

/** What one core passes on between peers of one node. */
export const relay: Scenario = {
  name: 'relay',
  title: 'Relay on one node: 200 pairs, descriptions of 1.4 KB, closed loop',
  figures,
  entrants: beside([bareRelay, parley, peerServer, yWebrtc, socketIo], 1, (...about) =>
    runLoad(relayJob(200, ...about)),
  ),
  targets: [
    { figure: 'perSecond', beside: [bareRelay.name], limit: 0.75 },
    { figure: 'perSecond', beside: [peerServer.name, yWebrtc.name, socketIo.name], limit: 2 },
  ],
};

/** What passes from peers of one node to those of another, through Redis. */
export const relayCluster: Scenario = {
  name: 'relay-cluster',
  title: 'Relay across two nodes through Redis: 100 pairs, descriptions of 1.4 KB, closed loop',
  figures,
  entrants: beside([bareCluster, parley, socketIoCluster], 2, (...about) => runLoad(relayJob(100, ...about))),
  targets: [
    { figure: 'perSecond', beside: [bareCluster.name], limit: 0.6 },
    { figure: 'perSecond', beside: [socketIoCluster.name], limit: 3 },
  ],
};

/** The same work for everybody: so many pairs, rooms of two. */
export function relayJob(
  pairs: number,
  { dialect }: Contestant,
  { ports, watched }: Running,
  { isQuick, seed }: Scale,
): RelayJob {
  const lengths = isQuick ? { warmupMs: 500, measureMs: 1_000 } : { warmupMs: 2_000, measureMs: 5_000 };
  return {
    name: 'relay',
    dialect,
    ports,
    watched,
    seed,
    pairs,
    roomSize: 2,
    inFlight: IN_FLIGHT,
    ...lengths,
  };
}
