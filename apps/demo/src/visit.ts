import type {
  ErrorReply,
  Outgoing,
  PeerAway,
  PeerBack,
  PeerLeft,
  PeerUpdated,
  RoomId,
  RoomPeer,
  RoomSnapshot,
  Welcome,
} from '@parley/protocol/plain';

import { Peer } from './peer.ts';
import type { Payload } from './peer.ts';
import { Signaling } from './signaling.ts';

/**
 * - `entering`: on the way into the room. `waiting`: alone in it, and nobody has been there yet.
 * - `connecting`: somebody is there. `connected`: both can talk. `reconnecting`: they could, and soon can again.
 * - `left`: the other one is gone.
 */
export type VisitState = 'entering' | 'waiting' | 'connecting' | 'connected' | 'reconnecting' | 'left';

export interface VisitEvents {
  /** In the room; again after the connection to the server was lost. */
  entered(code: RoomId): void;
  /** `online`: the server can be reached. Who is connected can talk without it. */
  changed(state: VisitState, online: boolean): void;
  /** A fresh channel to the other browser. */
  talking(channel: RTCDataChannel): void;
  /** This visit cannot go on; the code is an error, a close or a refusal of the protocol. */
  ended(code: string, retryAfterMs?: number): void;
}

/** After this and up to twice this (it differs, lest both ends begin at once) a connection that does not stand is made anew. */
const STUCK_AFTER_MS = 12_000;
const CHANNEL_LOST_AFTER_MS = 1_000;
const TRY_AGAIN_AFTER_MS = 2_000;
/** How often the way in is tried while the server cannot reach its cluster: such a moment passes, or is to be told. */
const ENTER_ATTEMPTS = 5;

/**
 * One stay in a room of two, from entering to leaving.
 *
 * The connection between the browsers outlives that to the server. Who comes back is the same peer, or, too late for that, is known by the id of
 * the visit, which each tells in its `meta`, and the peer connection goes on. Whoever makes its peer connection anew takes
 * a new visit id, and then the other end makes one too.
 */
export class Visit {
  readonly #events: VisitEvents;
  readonly #signaling: Signaling;
  #id = randomId();
  #room: RoomId | undefined;
  #entered = false;
  #attempts = 0;
  #iceServers: RTCIceServer[] = [];
  /** Who sits in the room, as the server last said. */
  #remote: RoomPeer | undefined;
  #remoteVisit: unknown;
  #peer: Peer | undefined;
  #met = false;
  #talked = false;
  #stuck: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Without a code a new room is made. */
  constructor(token: string | undefined, code: RoomId | undefined, events: VisitEvents) {
    this.#room = code;
    this.#events = events;
    this.#signaling = new Signaling(token, {
      online: (welcome) => this.#online(welcome),
      offline: () => this.#changed(),
      refused: (reason) => this.#end(reason),
      message: (message) => this.#receive(message),
    });
  }

  /** The page is seen again, or the network is back. */
  hurry(): void {
    this.#signaling.hurry();
  }

  leave(): void {
    clearTimeout(this.#stuck);
    clearTimeout(this.#retry);
    this.#signaling.end();
    this.#peer?.close();
    this.#peer = undefined;
    this.#remote = undefined;
  }

  // The room --------------------------------------------------------------------------------------------------------

  #online(welcome: Welcome): void {
    this.#iceServers = welcome.iceServers as RTCIceServer[];
    const room = welcome.rooms?.find((each) => each.room === this.#room);
    if (room === undefined) void this.#enter();
    else this.#seated(room);
  }

  async #enter(): Promise<void> {
    const room = this.#room === undefined ? {} : { room: this.#room };
    const answer = await this.#signaling.request({ type: 'join', ...room, meta: this.#meta() });
    if (answer.type === 'error') return this.#keptOut(answer);
    if (answer.type !== 'joined') return;
    this.#room = answer.room;
    this.#entered = true;
    this.#attempts = 0;
    this.#events.entered(answer.room);
    this.#seated(answer);
  }

  #seated({ peers: [remote] }: Pick<RoomSnapshot, 'peers'>): void {
    this.#remote = undefined;
    if (remote !== undefined) this.#meet(remote);
    this.#changed();
  }

  /** Who was in already tries on: the seat may still be held by the own connection that was lost. */
  #keptOut({ code, retryAfterMs }: ErrorReply): void {
    this.#attempts += 1;
    const isPassing = code === 'cluster-unavailable' && this.#attempts < ENTER_ATTEMPTS;
    const isWaiting = this.#entered && ['room-full', 'cluster-unavailable', 'rate-limited'].includes(code);
    if (isPassing || isWaiting) {
      this.#retry = setTimeout(() => void this.#enter(), retryAfterMs ?? TRY_AGAIN_AFTER_MS);
    } else if (this.#peer?.connected !== true) {
      this.#end(code, retryAfterMs);
    }
  }

  #receive(message: Outgoing): void {
    if (message.type === 'peer-joined') this.#meet(message);
    else if (message.type === 'peer-left') this.#miss(message);
    else if (message.type === 'peer-updated') this.#updated(message);
    else if (message.type === 'peer-away' || message.type === 'peer-back') this.#waited(message);
    else if (message.type === 'left') this.#end(message.reason ?? 'left');
    else if (message.type === 'signal' && message.from === this.#remote?.peer)
      void this.#peer?.receive(message);
  }

  // The other one ---------------------------------------------------------------------------------------------------

  #meet(remote: RoomPeer): void {
    const known = this.#peer !== undefined && visitOf(remote) === this.#remoteVisit;
    this.#met = true;
    this.#remote = remote;
    this.#remoteVisit = visitOf(remote);
    if (!known) this.#makePeer(remote);
    else if (this.#peer?.connected !== true) this.#peer?.resume();
    this.#changed();
  }

  #updated({ peer, meta }: PeerUpdated): void {
    if (this.#remote?.peer === peer) this.#meet({ ...this.#remote, meta });
  }

  /** Its connection to the server is gone, or back. What stands between the browsers does not care. */
  #waited({ type, peer }: PeerAway | PeerBack): void {
    if (this.#remote?.peer !== peer) return;
    const { away: _, ...remote } = this.#remote;
    this.#remote = { ...remote, ...(type === 'peer-away' && { away: true }) };
    if (type === 'peer-back' && this.#peer?.connected !== true) this.#peer?.resume();
    this.#changed();
  }

  /** Whoever is merely lost may be back in a moment, and needs no server to go on talking. */
  #miss({ peer, reason }: PeerLeft): void {
    if (this.#remote?.peer !== peer) return;
    this.#remote = undefined;
    if (reason !== 'lost') this.#forgetPeer();
    this.#changed();
  }

  #makePeer({ polite }: RoomPeer): void {
    this.#peer?.close();
    const peer = new Peer(polite, this.#iceServers, {
      signal: (payload) => this.#signal(payload),
      opened: (channel) => this.#events.talking(channel),
      changed: () => peer === this.#peer && this.#peerChanged(peer),
      closed: () => peer === this.#peer && this.#peerLost(),
    });
    this.#peer = peer;
  }

  #signal(payload: Payload): void {
    if (this.#room === undefined || this.#remote === undefined) return;
    this.#signaling.send({ type: 'signal', room: this.#room, to: this.#remote.peer, ...payload });
  }

  #peerChanged(peer: Peer): void {
    this.#talked ||= peer.connected;
    if (peer.failed && this.#remote === undefined) this.#forgetPeer();
    this.#changed();
  }

  #peerLost(): void {
    if (this.#remote === undefined) this.#forgetPeer();
    this.#changed(CHANNEL_LOST_AFTER_MS);
  }

  /** The other one is gone. Were it to come back, it is to find that this end has begun anew. */
  #forgetPeer(): void {
    this.#peer?.close();
    this.#peer = undefined;
    this.#talked = false;
    void this.#tellNewVisit();
  }

  async #makeAnew(): Promise<void> {
    const remote = this.#remote;
    if (remote === undefined) return;
    // The other end answers the new visit with a peer of its own. The polite one, who offers, waits until it has been told.
    if (!remote.polite) this.#makePeer(remote);
    await this.#tellNewVisit();
    if (remote.polite && this.#remote === remote) this.#makePeer(remote);
    this.#changed();
  }

  async #tellNewVisit(): Promise<void> {
    this.#id = randomId();
    if (this.#room !== undefined) {
      await this.#signaling.request({ type: 'update', room: this.#room, meta: this.#meta() });
    }
  }

  #meta(): { visit: string } {
    return { visit: this.#id };
  }

  // What is told ----------------------------------------------------------------------------------------------------

  #changed(stuckAfterMs = STUCK_AFTER_MS * (1 + Math.random())): void {
    const { online } = this.#signaling;
    const state = this.#state();
    clearTimeout(this.#stuck);
    const isThere = this.#remote !== undefined && this.#remote.away !== true;
    if (online && isThere && state !== 'connected') {
      this.#stuck = setTimeout(() => void this.#makeAnew(), stuckAfterMs);
    }
    this.#events.changed(state, online);
  }

  #state(): VisitState {
    if (this.#peer?.connected === true) return 'connected';
    if (this.#peer !== undefined) return this.#talked ? 'reconnecting' : 'connecting';
    if (!this.#signaling.online || !this.#entered) return this.#met ? 'reconnecting' : 'entering';
    return this.#met ? 'left' : 'waiting';
  }

  #end(code: string, retryAfterMs?: number): void {
    this.leave();
    this.#events.ended(code, retryAfterMs);
  }
}

function visitOf({ meta }: RoomPeer): unknown {
  return typeof meta === 'object' && meta !== null && 'visit' in meta ? meta.visit : undefined;
}

/** `crypto.randomUUID` does not exist over plain http on a LAN. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
