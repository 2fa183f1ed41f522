import { connect } from './connect.ts';
import { growthNodes, growthRooms, growthSockets } from './growth.ts';
import { hold } from './hold.ts';
import { memory } from './memory.ts';
import { pairing } from './pairing.ts';
import { redis } from './redis.ts';
import { relay, relayCluster } from './relay.ts';
import type { Scenario } from './scenario.ts';
import { trip, tripCluster } from './trip.ts';

/** Every scenario, in the order in which they are run and shown. */
export const SCENARIOS: readonly Scenario[] = [
  relay,
  relayCluster,
  trip,
  tripCluster,
  connect,
  pairing,
  memory,
  redis,
  growthNodes,
  growthSockets,
  growthRooms,
  hold,
];
