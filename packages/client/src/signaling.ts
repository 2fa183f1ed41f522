/**
 * Meeting through Parley without RTCPeerConnections: for whoever negotiates by other means, or only signals. With them, it is
 * `@parley/client`.
 */
import type { ConnectOptions, Parley, SignalingPeer } from './api.ts';
import { openConnection } from './connection.ts';
import { openParley } from './parley.ts';
import { RemotePeer } from './signaling-peer.ts';

export type * from './api.ts';
export { readCode } from './code.ts';
export { ParleyError } from './error.ts';

/**
 * Connects to a Parley server: `wss://host`, or where it is under a path, `https://host/path`.
 *
 * @throws ParleyError when nobody is there in time, or when waiting would not help; the reason of `options.signal`
 */
export function connect(url: string, options: ConnectOptions = {}): Promise<Parley<SignalingPeer>> {
  return openParley(url, options, openConnection, (wire) => new RemotePeer(wire));
}
