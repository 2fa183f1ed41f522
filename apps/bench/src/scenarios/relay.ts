import { parley } from '../contestants/parley.ts';
import { bareRelay, peerServer, socketIo } from '../contestants/single.ts';
import { yWebrtc } from '../contestants/y-webrtc.ts';
import { runLoad } from '../load-process.ts';
import { beside } from './beside.ts';
import type { Scenario } from './scenario.ts';

/** The fewest with which the bare server, and not the load, has no time left: writes of a load are as dear as those of a server. */
const IN_FLIGHT = 2;

/** What one core passes on between peers of one node. */
export const relay: Scenario = {
  name: 'relay',
  title: 'Relay on one node: 200 pairs, descriptions of 1.4 KB, closed loop',
  figures: [{ name: 'perSecond', title: 'signals relayed', unit: '/s', better: 'more' }],
  entrants: beside(
    [bareRelay, parley, peerServer, yWebrtc, socketIo],
    1,
    ({ dialect }, { ports, watched }, scale) =>
      runLoad({
        name: 'relay',
        dialect,
        ports,
        watched,
        seed: scale.seed,
        pairs: 200,
        inFlight: IN_FLIGHT,
        ...(scale.isQuick ? { warmupMs: 500, measureMs: 1_000 } : { warmupMs: 2_000, measureMs: 5_000 }),
      }),
  ),
  targets: [
    { figure: 'perSecond', beside: [bareRelay.name], limit: 0.75 },
    { figure: 'perSecond', beside: [peerServer.name, yWebrtc.name, socketIo.name], limit: 2 },
  ],
};
