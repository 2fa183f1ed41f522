/** What stands on the page of a test as `sdk`: the SDK as people import it, and what a test does with it again and again. */
import { connect, type Parley, type Peer, type PeerConnectOptions, type Room } from '@parley/client';
import { attach } from '@parley/client/simple-peer';
import { connect as connectSignaling } from '@parley/client/signaling';
import SimplePeer from 'simple-peer/simplepeer.min.js';

import { FickleSocket } from './fickle-socket.ts';

export type Sdk = typeof sdk;

let parley: Parley | undefined;
let room: Room | undefined;

const sdk = {
  connect,
  connectSignaling,
  attach,
  SimplePeer,
  sockets: FickleSocket,
  until,
  framesDecoded,
  countRollbacks,

  /** Connects to the node that the page came from, and joins a room by name. */
  async join(name: string, options: PeerConnectOptions = {}): Promise<Room> {
    parley = await connect(location.origin, { webSocket: FickleSocket, ...options });
    room = await parley.join(name, { capacity: 8 });
    return room;
  },

  get parley(): Parley {
    if (!parley) throw new Error('this page has not connected');
    return parley;
  },

  get room(): Room {
    if (!room) throw new Error('this page is in no room');
    return room;
  },

  /** The first other one, now or when it comes. */
  peer(): Promise<Peer> {
    return until('somebody else in the room', () => [...sdk.room.peers.values()][0]);
  },

  /** The test picture that Chromium shows instead of a camera. */
  camera(constraints: MediaStreamConstraints = { video: { width: 320, height: 240 } }): Promise<MediaStream> {
    return navigator.mediaDevices.getUserMedia(constraints);
  },
};

Object.assign(window, { sdk });

/** Waits until `probe` has an answer, as `test/support/until.ts` does outside. */
async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
): Promise<T> {
  for (const deadline = performance.now() + deadlineMs; performance.now() < deadline;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited ${deadlineMs} ms for ${what}`);
}

/** How many pictures of the other end were shown so far. */
async function framesDecoded(peer: Peer): Promise<number> {
  let frames = 0;
  for (const report of (await peer.pc.getStats()).values()) {
    if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesDecoded ?? 0;
  }
  return frames;
}

/** Tells of each offer that is taken back, on every RTCPeerConnection made from now on. */
function countRollbacks(count: () => void): void {
  const { prototype } = RTCPeerConnection;
  const set: (this: RTCPeerConnection, description?: RTCLocalSessionDescriptionInit) => Promise<void> =
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
    prototype.setLocalDescription;
  Object.assign(prototype, {
    setLocalDescription(this: RTCPeerConnection, description?: RTCLocalSessionDescriptionInit) {
      if (description?.type === 'rollback') count();
      return set.call(this, description);
    },
  });
}
