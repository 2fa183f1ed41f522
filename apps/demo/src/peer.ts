import type { Request } from './signaling.ts';

/** What one end tells the other to make the connection. */
export type Payload = Pick<Extract<Request, { type: 'signal' }>, 'description' | 'candidate'>;

export interface PeerEvents {
  /** To be signalled to the other end. */
  signal(payload: Payload): void;
  /** {@link Peer.connected} may have changed. */
  changed(): void;
  /** The data channel is there; once for each peer. */
  opened(channel: RTCDataChannel): void;
  /** The data channel ended, and nobody here ended it. */
  closed(): void;
}

/**
 * A connection to one other browser, made by perfect negotiation (W3C WebRTC section 10.7): either end may offer at any time,
 * and when both do, the polite one gives way.
 *
 * The polite one, who joined later, creates the data channel and so offers first.
 */
export class Peer {
  readonly #connection: RTCPeerConnection;
  readonly #events: PeerEvents;
  readonly #polite: boolean;
  #channel: RTCDataChannel | undefined;
  #makesOffer = false;
  #ignoresOffer = false;
  #setsAnswer = false;

  constructor(polite: boolean, iceServers: RTCIceServer[], events: PeerEvents) {
    this.#polite = polite;
    this.#events = events;
    const connection = new RTCPeerConnection({ iceServers });
    this.#connection = connection;
    connection.addEventListener('negotiationneeded', () => void this.#offer());
    connection.addEventListener('icecandidate', ({ candidate }) =>
      events.signal({ candidate: toPlain(candidate) }),
    );
    connection.addEventListener('connectionstatechange', () => this.#stateChanged());
    connection.addEventListener('datachannel', ({ channel }) => this.#use(channel));
    if (polite) this.#use(connection.createDataChannel('chat'));
  }

  /** Both ends can talk right now. */
  get connected(): boolean {
    return this.#channel?.readyState === 'open' && this.#connection.connectionState === 'connected';
  }

  /** The network path is gone for good, unless new candidates are found. */
  get failed(): boolean {
    return this.#connection.connectionState === 'failed';
  }

  async receive({ description, candidate }: Payload): Promise<void> {
    if (description !== undefined) return this.#describe(description);
    try {
      await this.#connection.addIceCandidate(candidate as RTCIceCandidateInit | null);
    } catch (error) {
      // Candidates of an offer that was ignored fit nothing here.
      if (!this.#ignoresOffer) console.warn('a candidate was not accepted', error);
    }
  }

  /** The other end can be signalled to again: what it may have missed is said again, or a network path looked for anew. */
  resume(): void {
    if (this.#connection.signalingState === 'have-local-offer') this.#signalDescription();
    else this.#connection.restartIce();
  }

  close(): void {
    this.#channel = undefined;
    this.#connection.close();
  }

  async #offer(): Promise<void> {
    try {
      this.#makesOffer = true;
      await this.#connection.setLocalDescription();
      this.#signalDescription();
    } finally {
      this.#makesOffer = false;
    }
  }

  async #describe(description: RTCSessionDescriptionInit): Promise<void> {
    const { signalingState } = this.#connection;
    const ready = !this.#makesOffer && (signalingState === 'stable' || this.#setsAnswer);
    this.#ignoresOffer = description.type === 'offer' && !ready && !this.#polite;
    if (this.#ignoresOffer) return;
    this.#setsAnswer = description.type === 'answer';
    // While an own offer is out, this rolls it back: the polite one gives way.
    await this.#connection.setRemoteDescription(description);
    this.#setsAnswer = false;
    if (description.type !== 'offer') return;
    await this.#connection.setLocalDescription();
    this.#signalDescription();
  }

  #signalDescription(): void {
    const description = this.#connection.localDescription;
    if (description === null || description.type === 'rollback') return;
    this.#events.signal({ description: { type: description.type, sdp: description.sdp } });
  }

  #stateChanged(): void {
    if (this.failed) this.#connection.restartIce();
    this.#events.changed();
  }

  #use(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('open', () => {
      this.#events.opened(channel);
      this.#events.changed();
    });
    channel.addEventListener('close', () => {
      if (this.#channel === channel) this.#events.closed();
    });
  }
}

/** `null` is the end of candidates. */
function toPlain(candidate: RTCIceCandidate | null): Payload['candidate'] {
  return candidate === null ? null : (candidate.toJSON() as Payload['candidate'] & object);
}
