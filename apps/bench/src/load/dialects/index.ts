import { bare } from './bare.ts';
import type { Dialect } from './dialect.ts';
import { parley } from './parley.ts';
import { peerServer } from './peer-server.ts';
import { socketIo } from './socket-io.ts';
import { yWebrtc } from './y-webrtc.ts';

/** Every way of talking that the load knows, by name. */
export const DIALECTS = {
  bare,
  parley,
  'peer-server': peerServer,
  'y-webrtc': yWebrtc,
  'socket-io': socketIo,
} satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
