import type { Json, SignalingPeer } from './api.ts';

export type { Json, SignalingPeer } from './api.ts';

/** What of `simple-peer` is used, so that any version of it fits. */
export interface SimplePeer {
  readonly connected: boolean;
  readonly destroyed: boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever its version says, as long as it is JSON
  on(event: 'signal', listener: (data: any) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  signal(data: any): void;
  destroy(): void;
}

/**
 * Connects a `simple-peer` with the one of the other end, through the room both are in:
 *
 * ```js
 * room.on('peer', (peer) => {
 *   const simple = new SimplePeer({ initiator: peer.isPolite, config: { iceServers } });
 *   attach(simple, peer);
 * });
 * ```
 *
 * `peer.isPolite` is true on exactly one of the two ends, whoever comes first. With `iceServers = await parley.iceServers()`. Trickled candidates,
 * renegotiation and transceiver requests arrive in order and once, across lost connections. It is destroyed when the peer
 * leaves; a call that stands survives a peer that is merely lost.
 */
export function attach(simple: SimplePeer, peer: SignalingPeer): void {
  simple.on('signal', (data: Json) => peer.signal(data));
  const subscriptions = [
    peer.on('signal', (data) => {
      if (!simple.destroyed) simple.signal(data);
    }),
    peer.on('left', (reason) => {
      if (reason !== 'lost' || !simple.connected) simple.destroy();
    }),
  ];
  simple.on('close', () => {
    for (const unsubscribe of subscriptions) unsubscribe();
  });
}
