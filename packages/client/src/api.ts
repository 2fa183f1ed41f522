/**
 * What people program against; read this first. Everything here is a type: the classes behind them are nobody's business.
 *
 * Ids are plain strings, durations are milliseconds, and every `on` returns the function that takes the listener away again.
 * A listener that throws disturbs nobody else; what it threw is reported like any uncaught error.
 */

/** Anything that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };
/** Anything that JSON can be made of: interfaces and classes, too, and members that are `undefined`, which are left out. */
export type Jsonable = null | boolean | number | string | object;

/** Takes a listener away again. Calling it twice is as good as once. */
export type Unsubscribe = () => void;

/** The events of something: name to arguments. */
export type EventMap = Record<string, readonly unknown[]>;

/** Something that tells. */
export interface Emits<Events extends EventMap> {
  /** Listens from now on; what is said at an event's own line about earlier ones holds, too. */
  on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): Unsubscribe;
}

// Connecting -----------------------------------------------------------------------------------------------------------------

/** Why a token is asked for: to connect, because the old one ends soon, or because the server refused it. */
export type TokenNeed = 'connect' | 'renewal' | 'refused';

/** How to connect; everything may be left out. */
export interface ConnectOptions {
  /** The credential: a public token, or a JWT that outlives the visit. */
  readonly token?: string | undefined;
  /** Asked for a credential before each connection, and again before it expires. What it throws counts as a server out of reach: it is asked again, later. */
  readonly getToken?: ((need: TokenNeed) => string | Promise<string>) | undefined;
  /** Gives up while still connecting; afterwards it has no effect. */
  readonly signal?: AbortSignal | undefined;
  /** How long the first connection may take before `connect` rejects. Default 20,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether a page that was loaded again takes its former place (default true): the others see the same peer with a new
   * life. The proof lies in `sessionStorage`, and only while the page is hidden. No effect outside of browsers.
   *
   * A page that goes says goodbye, unless the browser tells that it only loads again. For a reload by the visitor most do not:
   * then the page comes back as a new peer. By `location.reload()`, or after the browser had discarded the tab, it takes its place.
   */
  readonly restart?: boolean | undefined;
  /** Makes what is signalled unreadable for the server, for every room of this connection; with {@link ConnectOptions.open}. */
  readonly seal?: Seal | undefined;
  /** Undoes what the other end's {@link ConnectOptions.seal} did. */
  readonly open?: Open | undefined;
  /** The WebSocket of the platform, where it has none: `ws` on Node 20. */
  readonly webSocket?: WebSocketConstructor | undefined;
}

/** How to connect, and how to make peer connections. */
export interface PeerConnectOptions extends ConnectOptions {
  /** The WebRTC of the platform, where it has none: `node-datachannel/polyfill` or `@roamhq/wrtc`. */
  readonly rtc?: { readonly RTCPeerConnection: PeerConnectionConstructor } | undefined;
  /** For every RTCPeerConnection, over the `iceServers` that the server tells: such as `{ iceTransportPolicy: 'relay' }`. */
  readonly rtcConfiguration?: RTCConfiguration | undefined;
}

/** What of a WebSocket's class is used. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => PlatformWebSocket;
/** What of a WebSocket is used: that of browsers and that of the "ws" package fit. */
export interface PlatformWebSocket {
  readonly readyState: number;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  send(text: string): void;
  close(code: number): void;
}

/**
 * What a class of peer connections has to have at least, as far as the types of `node-datachannel/polyfill` and `@roamhq/wrtc` say
 * it in the words of the DOM.
 */
export type PeerConnectionConstructor = new (
  configuration: RTCConfiguration,
) => EventTarget &
  Pick<
    RTCPeerConnection,
    'connectionState' | 'signalingState' | 'setRemoteDescription' | 'addIceCandidate' | 'close'
  >;

/** For whom something is sealed; all of it is known to both ends, and may be bound into the seal. */
export interface SealContext {
  readonly room: string;
  /** The instances of the two ends. */
  readonly from: string;
  readonly to: string;
}

/** Makes a signal unreadable; what it gives back is sent as JSON. What it throws makes the signal `undeliverable`. */
export type Seal = (signal: Json, context: SealContext) => Json | Promise<Json>;
/** Makes it readable again; what it throws drops the signal, and tells so by the peer's `error`. */
export type Open = (sealed: Json, context: SealContext) => Json | Promise<Json>;

/** Where a connection to the server stands. A call between peers needs none, and goes on in every one of these. */
export type ConnectionState = 'connecting' | 'open' | 'away' | 'closed';

/** What is known when the {@link ConnectionState} changes. */
export interface StateChange {
  readonly state: ConnectionState;
  /** An error or close code of the protocol, `unreachable` when nobody answered, `aborted`, or `closed` by the program itself. Absent while all is well. */
  readonly reason?: string;
  /** Whether it tries again by itself. */
  readonly willReturn: boolean;
  /** When the next attempt is made, from now. */
  readonly retryInMs?: number;
}

export type ParleyEvents = {
  /** The connection to the server is another than before. */
  state: [StateChange];
  /** What could not be told by a rejected promise; it is for logs, and nothing needs to be done. */
  error: [Error];
};

/** A connection to a Parley server: it ends, comes back and moves between nodes, and is the same all the time. */
export interface Parley<P extends SignalingPeer = Peer> extends Emits<ParleyEvents> {
  /** Who we are to the others. Another one after the server had forgotten us: see {@link RoomEvents.left}. */
  readonly id: string;
  /** Who the token speaks for; a public token speaks for nobody. */
  readonly user: string | undefined;
  /** Which server process holds our connection, where it says so; for logs, and another one after each move. */
  readonly node: string | undefined;
  readonly state: ConnectionState;
  /** The rooms we are in, by name. */
  readonly rooms: ReadonlyMap<string, Room<P>>;
  /** The STUN and TURN servers as the server last told them, for whoever makes RTCPeerConnections. */
  iceServers(): Promise<RTCIceServer[]>;

  /**
   * Makes a room with a code that somebody else can type in.
   *
   * @throws ParleyError with the code of the server's refusal
   */
  create(options?: CreateOptions): Promise<Room<P>>;
  /**
   * Joins by code, by name, or by an {@link Room.invitation}. Already there, it is the same room.
   *
   * @throws ParleyError `room-not-found`, `room-full`, `not-allowed`, ...
   */
  join(room: string, options?: JoinOptions): Promise<Room<P>>;
  /**
   * Waits for others who want the same, and then is in a room with them.
   *
   * @throws ParleyError `match-timeout`, `not-allowed`, ...; the signal's reason when it was aborted
   */
  match(queue: string, options?: MatchOptions): Promise<Room<P>>;
  /**
   * Says goodbye, closes every peer connection, and leaves no timer and no listener behind. Whoever still waits for something
   * is told `closed`. Calling it twice, or at any moment, is fine.
   */
  close(): void;
}

// Rooms ---------------------------------------------------------------------------------------------------------------------

export interface JoinOptions {
  /** Whether a room of that name is made when there is none; codes are never made that way. Default true. */
  readonly create?: boolean | undefined;
  /** Seats, 2 to 64, if this join makes the room. Default 2 for a code, 16 for a name. */
  readonly capacity?: number | undefined;
  /** About us, told to the others: at most 1 KiB as JSON. */
  readonly meta?: Jsonable | undefined;
  /** Stops waiting; a seat that was taken meanwhile is given up. */
  readonly signal?: AbortSignal | undefined;
}

export interface CreateOptions extends Pick<JoinOptions, 'capacity' | 'meta' | 'signal'> {
  /**
   * Seals everything that is signalled in the room with a key that only the {@link Room.invitation} holds (AES-GCM, 256 bits), so that
   * the server passes on what it can neither read nor change. Needs a secure context (https, or localhost).
   */
  readonly secret?: boolean | undefined;
}

export interface MatchOptions extends Pick<JoinOptions, 'meta' | 'signal'> {
  /** How many are to meet, 2 to 16, ourselves included. Default 2. */
  readonly size?: number | undefined;
  /** Gives up after this; without it, waits until aborted. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Why somebody is gone: `left` on purpose, `lost` because its connection dropped and it did not come back, `replaced` by another
 * life of the same peer, `kicked` by an operator, `closed` by this program.
 */
export type LeaveReason = 'left' | 'lost' | 'replaced' | 'kicked' | 'room-full' | 'closed' | (string & {});

export type RoomEvents<P extends SignalingPeer> = {
  /** Who is here now, told at once to each new listener, and who comes later. A peer that starts anew comes as a new one. */
  peer: [P];
  /** Somebody is gone; its own `left` event says the same. */
  'peer-left': [P, LeaveReason];
  /** We are no longer in this room: by `leave`, `kicked`, `room-full`, or a code by which the server refused to let us back in. */
  left: [LeaveReason];
};

/** A room we have a seat in. */
export interface Room<P extends SignalingPeer = Peer> extends Emits<RoomEvents<P>> {
  /** What others join it by: the code, or the name. */
  readonly code: string;
  /** The same for a link's fragment: the code, and in a secret room the key after a dot. */
  readonly invitation: string;
  readonly capacity: number;
  /** Where it came from a {@link Parley.match}. */
  readonly queue: string | undefined;
  /** The others, by id. */
  readonly peers: ReadonlyMap<string, P>;
  /** Whether we are still in it. */
  readonly isOpen: boolean;
  /** Tells the others something new about us. */
  update(meta: Jsonable): Promise<void>;
  /** Gives up the seat and closes the peer connections of this room. Never rejects: whoever goes, goes. */
  leave(): Promise<void>;
}

// Peers ---------------------------------------------------------------------------------------------------------------------

/** A signal that cannot be said to have arrived; it may have. */
export interface Undeliverable {
  /** What was to be said. */
  readonly signal: Signal;
  /** Why it is given up: a {@link LeaveReason}, an error code of the protocol, or `seal` where sealing failed. */
  readonly reason: string;
}

/** What one peer tells another through the server; exactly one of them is there. */
export type Signal =
  | { readonly description: RTCSessionDescriptionInit }
  | { readonly candidate: RTCIceCandidateInit | null }
  | { readonly custom: Json };

export type SignalingPeerEvents = {
  /**
   * What the other end said with {@link SignalingPeer.signal}, or as `custom`. What came before the first listener waits for it: up to 256,
   * and each one more is dropped with an `error`.
   */
  signal: [Json];
  /** It told something new about itself. */
  updated: [meta: Json | undefined];
  /** Its connection to the server is gone, and may come back. A call goes on. */
  away: [];
  back: [];
  /** It is gone from the room. */
  left: [LeaveReason];
  /** See {@link Undeliverable}. */
  undeliverable: [Undeliverable];
  /** Something it sent could not be used, such as a seal that does not fit. */
  error: [Error];
};

/** Somebody else in a room, for one life: who starts anew is a new one. */
export interface SignalingPeer<
  Events extends SignalingPeerEvents = SignalingPeerEvents,
> extends Emits<Events> {
  readonly id: string;
  readonly instance: string;
  readonly user: string | undefined;
  readonly meta: Json | undefined;
  /** Whether we are the polite one of the two: we came later, and give way. */
  readonly isPolite: boolean;
  readonly isAway: boolean;
  /**
   * Says something through the server: in order and once, across lost connections on either side, as long as the other end counts, too
   * ("Reliable signals" in PROTOCOL.md); what cannot be said to have arrived comes back by `undeliverable`.
   *
   * @throws ParleyError `too-big`, `bad-message` (more than 31 objects and arrays in each other), `too-many` (4,096 wait), and nothing is said
   */
  signal(message: Jsonable): void;
}

/** Where a peer connection stands (W3C WebRTC, RTCPeerConnectionState); `new` as long as there is none. */
export type LinkState = RTCPeerConnectionState;

export type PeerEvents = SignalingPeerEvents & {
  /** A stream of the other end; those that are there are told at once to each new listener. */
  stream: [MediaStream];
  /** It is no longer sent. */
  'stream-removed': [MediaStream];
  /** The other end asked for a channel that nobody here has asked for yet. */
  channel: [Channel];
  /** How the direct connection stands. */
  link: [LinkState];
};

/** Somebody else in a room, and the direct connection to it, which is made when it is first needed. */
export interface Peer extends SignalingPeer<PeerEvents> {
  /** The RTCPeerConnection, for all that is not offered here. Negotiation is done for you: do not set descriptions. */
  readonly pc: RTCPeerConnection;
  readonly link: LinkState;
  /** The streams it sends. */
  readonly streams: readonly MediaStream[];
  /**
   * The channel of that label. Both ends ask for it, in any order, and have one and the same. The options count when this call makes
   * it; the same ones belong on both ends.
   */
  channel(label: string, options?: RTCDataChannelInit): Channel;
  /** Sends a stream, its later tracks included. Adding it twice is as good as once. */
  addStream(stream: MediaStream): void;
  removeStream(stream: MediaStream): void;
  /** Ends the direct connection for good; the seat in the room stays. */
  close(): void;
}

export type ChannelEvents = {
  /**
   * A text, or bytes. What came before the first listener waits for it, up to 1 MiB or 1,024 messages; more of it closes the channel, as
   * the other end's next channel is closed while nobody listens to 64.
   */
  message: [string | ArrayBuffer];
  /** Nothing comes or goes any more; told at once to whoever listens later. */
  closed: [];
};

/** Talks to one peer directly, in order and without loss unless its options say otherwise. */
export interface Channel extends Emits<ChannelEvents> {
  readonly label: string;
  readonly isOpen: boolean;
  /** Resolves when both ends can talk. If that never happens it stays as it is, and `closed` tells so. */
  readonly ready: Promise<void>;
  /** Bytes that were said and have not left yet. */
  readonly bufferedBytes: number;
  /**
   * Says a text or bytes.
   *
   * @throws ParleyError `not-open` before it is ready and after its end
   */
  send(message: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void;
  /** Resolves when no more than this waits to leave; rejects with `closed` if the channel ends first. */
  drained(mostBytes?: number): Promise<void>;
  /**
   * Ends it here and, as far as this end knows it, there. Where both ends asked at once the other's may still be on its way: it stays open
   * there, and is what this end has when it asks again.
   */
  close(): void;
}
