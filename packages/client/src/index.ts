/**
 * Meeting through Parley, and talking directly. From the outside in: a connection ({@link connect}) has rooms, a room has peers, and
 * a peer has channels and streams; `api.ts` says all of it. Those who make no RTCPeerConnections take `@parley/client/signaling`.
 */
import type { Parley, PeerConnectOptions } from './api.ts';
import { openConnection } from './connection.ts';
import { ParleyError } from './error.ts';
import type { LinkPlatform } from './link.ts';
import { openParley } from './parley.ts';
import { LinkedPeer } from './peer.ts';

export type * from './api.ts';
export { readCode } from './code.ts';
export { ParleyError } from './error.ts';

/**
 * Connects to a Parley server: `wss://host`, or where it is under a path, `https://host/path`.
 *
 * @throws ParleyError when nobody is there in time, or when waiting would not help; `unsupported` on a platform without
 *   RTCPeerConnection and without `options.rtc`; the reason of `options.signal`
 */
export async function connect(url: string, options: PeerConnectOptions = {}): Promise<Parley> {
  const { RTCPeerConnection } = (options.rtc ?? globalThis) as LinkPlatform;
  if (!RTCPeerConnection)
    throw new ParleyError('unsupported', 'no RTCPeerConnection here: give one as `rtc`');
  const platform = { RTCPeerConnection, configuration: options.rtcConfiguration };
  return openParley(url, options, openConnection, (wire) => new LinkedPeer(wire, platform));
}
