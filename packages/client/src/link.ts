import type { LinkState, Signal, Unsubscribe } from './api.ts';
import { LinkRecovery } from './link-recovery.ts';
import { Negotiation } from './negotiation.ts';
import type { Negotiator, Nudge, PeerWire } from './ports.ts';
import { Timers } from './timers.ts';

/** With what links are made. */
export interface LinkPlatform {
  readonly RTCPeerConnection: typeof RTCPeerConnection;
  readonly configuration?: RTCConfiguration | undefined;
}

export interface LinkEvents {
  channel(channel: RTCDataChannel): void;
  track(event: RTCTrackEvent): void;
  changed(state: LinkState): void;
  failed(error: Error): void;
}

/** Why a room lets go of somebody for good. By anything else, `lost` above all, a call that stands goes on. */
const FAREWELLS: readonly string[] = ['left', 'kicked', 'replaced', 'closed'];

/**
 * The direct connection to one other peer, for one life of it. The RTCPeerConnection is made when somebody first needs it, here or
 * there, and mended by ICE restarts for as long as there is somebody to mend it with.
 */
export class Link implements Negotiator {
  readonly timers = new Timers();
  state: LinkState = 'new';
  readonly #wire: PeerWire;
  readonly #platform: LinkPlatform;
  readonly #events: LinkEvents;
  readonly #recovery = new LinkRecovery(this.timers, () => void this.#restart());
  /** What was lost is said again no more often than that. */
  readonly #repetition = new LinkRecovery(this.timers, () => this.#negotiation?.release());
  readonly #detach: Unsubscribe;
  #servers: RTCIceServer[] = [];
  #prepared: Promise<void> | undefined;
  #connection: RTCPeerConnection | undefined;
  #negotiation: Negotiation | undefined;
  #transport: RTCDtlsTransport | undefined;
  /** The other end is not signalled to any more. */
  #isAlone = false;

  constructor(wire: PeerWire, platform: LinkPlatform, events: LinkEvents) {
    this.#wire = wire;
    this.#platform = platform;
    this.#events = events;
    this.#detach = wire.attach(this);
  }

  get isClosed(): boolean {
    return this.state === 'closed';
  }

  /** The RTCPeerConnection, made now if need be; after the end, a closed one. */
  get connection(): RTCPeerConnection {
    void this.#prepare();
    return this.#make();
  }

  /**
   * Does something with the RTCPeerConnection as soon as the ICE servers are known: node-datachannel looks for candidates from the first
   * channel on, and cannot be told of servers later. After the end nothing is done.
   */
  async use(task: (connection: RTCPeerConnection) => void): Promise<void> {
    await this.#prepare();
    if (this.isClosed) return;
    try {
      task(this.#make());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends it for good, and leaves no timer and no listener. */
  close(): void {
    this.#isAlone = true;
    this.#end();
  }

  /** Whoever ended it at the other end may offer another. */
  #end(): void {
    if (this.#isAlone) this.#detach();
    if (this.isClosed) return;
    this.timers.clear();
    this.#connection?.close();
    this.#change('closed');
  }

  async receive(signal: Signal): Promise<void> {
    const isOffer = 'description' in signal && signal.description.type === 'offer';
    if (this.isClosed) return isOffer ? this.#wire.startOver(signal) : undefined;
    // What comes without a description before it belongs to a connection that is gone.
    if (this.#connection === undefined && !('description' in signal)) return;
    await this.#prepare();
    if (this.isClosed) return;
    this.#make();
    await this.#negotiation?.receive(signal);
  }

  nudge(why: Nudge): void {
    if (why !== 'resumed' || this.state !== 'connected') this.#recovery.look();
  }

  letGo(reason: string): void {
    this.#isAlone = true;
    if (FAREWELLS.includes(reason) || this.isClosed || !this.#stands) this.close();
  }

  /** It is up, or has all that it needs of the other end to come up. */
  get #stands(): boolean {
    const { connectionState = 'new', remoteDescription } = this.#connection ?? {};
    return Boolean(remoteDescription) && connectionState !== 'new' && connectionState !== 'failed';
  }

  async #restart(): Promise<void> {
    if (this.#isAlone || !this.#negotiation) return;
    await this.#learnServers();
    if (!this.isClosed) this.#negotiation.restart();
  }

  #prepare(): Promise<void> {
    return (this.#prepared ??= this.#learnServers());
  }

  async #learnServers(): Promise<void> {
    try {
      this.#servers = await this.#wire.iceServers();
      if (!this.isClosed) this.#connection?.setConfiguration?.(this.#configuration);
    } catch (error) {
      // The last ones, or none, may still find a path.
      this.#fail(error);
    }
  }

  get #configuration(): RTCConfiguration {
    return { iceServers: this.#servers, ...this.#platform.configuration };
  }

  #make(): RTCPeerConnection {
    if (this.#connection) return this.#connection;
    const connection = new this.#platform.RTCPeerConnection(this.#configuration);
    this.#connection = connection;
    if (this.isClosed) connection.close();
    else this.#attend(connection);
    return connection;
  }

  #attend(connection: RTCPeerConnection): void {
    connection.addEventListener('datachannel', ({ channel }) => this.#events.channel(channel));
    connection.addEventListener('track', (event) => this.#events.track(event));
    connection.addEventListener('connectionstatechange', () => this.#stateChanged(connection));
    this.#negotiation = new Negotiation(connection, this.#prepare(), {
      isPolite: this.#wire.facts.polite,
      timers: this.timers,
      send: (signal, givenUp) => this.#send(signal, givenUp),
      lost: () => this.#isAlone || this.#repetition.look(),
      failed: (error) => this.#fail(error),
    });
  }

  #send(signal: Signal, givenUp?: () => void): void {
    try {
      if (!this.isClosed) this.#wire.send(signal, givenUp);
    } catch (error) {
      this.#fail(error); // too big, or too much of it
      givenUp?.();
    }
  }

  #stateChanged(connection: RTCPeerConnection): void {
    const { connectionState } = connection;
    // What node-datachannel calls closed without being told to is closed by the other end, and cannot be mended.
    const isOver = connectionState === 'closed' || (connectionState === 'failed' && this.#isAlone);
    if (isOver) return this.#end();
    if (this.isClosed || connectionState === this.state) return;
    if (connectionState === 'connected') this.#heedFarewell(connection);
    this.#change(connectionState);
    if (connectionState === 'connected' && !this.#isAlone) this.#wire.linked();
    this.#recovery.stateChanged(connectionState);
  }

  /** An end that is closed on purpose says so by itself (DTLS close_notify), and no restart brings it back. */
  #heedFarewell(connection: RTCPeerConnection): void {
    const transport = connection.sctp?.transport ?? connection.getSenders()[0]?.transport;
    if (!transport || transport === this.#transport) return;
    this.#transport = transport;
    transport.addEventListener('statechange', () => {
      if (transport.state === 'closed') this.#end();
    });
  }

  #change(state: LinkState): void {
    this.state = state;
    this.#events.changed(state);
  }

  #fail(error: unknown): void {
    if (!this.isClosed) this.#events.failed(error as Error);
  }
}
