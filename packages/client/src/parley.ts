import { isRoomCode } from '@parley/protocol/plain';
import type { Joined, Outgoing, RoomSnapshot, Welcome } from '@parley/protocol/plain';

import type {
  ConnectionState,
  ConnectOptions,
  CreateOptions,
  JoinOptions,
  MatchOptions,
  Parley,
  ParleyEvents,
  Room,
  StateChange,
} from './api.ts';
import { backoffMs } from './backoff.ts';
import { readInvitation } from './code.ts';
import { Emitter } from './emitter.ts';
import { ParleyError } from './error.ts';
import { IceServers } from './parley-ice.ts';
import type { Matched, Matches } from './parley-matches.ts';
import { abortable } from './abortable.ts';
import { Pace } from './pace.ts';
import type { Line, LineEvents, PeerWire } from './ports.ts';
import { MeetingRoom } from './room.ts';
import type { Entry, RoomHost, RoomMessage } from './room.ts';
import type { RemotePeer } from './signaling-peer.ts';
import { unreachable } from './setback.ts';
import { Timers } from './timers.ts';
import type { Wire } from './wire.ts';
import { WireMemories } from './wire-memories.ts';

/** Opens the line to the server; resolves with its first session. */
export type OpenLine = (url: string, options: ConnectOptions, events: LineEvents) => Promise<Line>;

/** Connects, and makes a `P` of each remote peer. */
export async function openParley<P extends RemotePeer>(
  url: string,
  options: ConnectOptions,
  openLine: OpenLine,
  makePeer: (wire: PeerWire) => P,
): Promise<Parley<P>> {
  const { seal, open, signal } = options;
  const sealing = (seal ?? open) && (await needed(import('./sealing.ts'), signal)).ownSealing(options);
  const guest = new Guest(sealing, makePeer);
  guest.line = await openLine(url, options, guest);
  return guest;
}

/** A room on its way, for everybody here who asked for it. */
interface Entering<P extends RemotePeer> {
  readonly room: Promise<MeetingRoom<P>>;
  /** How many still wait for it. */
  wanted: number;
}

/** After these a room that was ours is asked for again; any other refusal is the end of it. */
const PASSING: readonly string[] = ['rate-limited', 'cluster-unavailable', 'internal'];

/** A connection as the program holds it: its rooms, entered, left, found by a match, and entered again after the server forgot us. */
class Guest<P extends RemotePeer>
  extends Emitter<ParleyEvents>
  implements Parley<P>, RoomHost<P>, LineEvents
{
  line!: Line;
  readonly rooms = new Map<string, MeetingRoom<P>>();
  readonly timers = new Timers();
  readonly pace = new Pace(this.timers);
  readonly memories = new WireMemories();
  readonly strays = new Set<Wire<P>>();
  readonly makePeer: (wire: PeerWire) => P;
  readonly #sealing: Entry['sealing'];
  readonly #iceServers = new IceServers();
  /** Few need it. */
  #matches: Matches<MeetingRoom<P>> | undefined;
  readonly #entering = new Map<string | undefined, Entering<P>>();
  readonly #leaving = new Map<string | undefined, Promise<void>>();
  /** An answer is taken up a moment after it has come; what came right behind it waits here. */
  readonly #early: RoomMessage[] = [];
  #unanswered = 0;
  #welcome!: Welcome;

  constructor(sealing: Entry['sealing'], makePeer: (wire: PeerWire) => P) {
    super();
    this.#sealing = sealing;
    this.makePeer = makePeer;
  }

  get id(): string {
    return this.#welcome.peer;
  }

  get user(): string | undefined {
    return this.#welcome.user;
  }

  get node(): string | undefined {
    return this.#welcome.node;
  }

  get state(): ConnectionState {
    return this.line.state;
  }

  iceServers(): Promise<RTCIceServer[]> {
    return this.#iceServers.fresh(this.line);
  }

  create({ secret = false, signal, ...wish }: CreateOptions = {}): Promise<Room<P>> {
    return this.#enter(wish, secret, signal);
  }

  async join(invitation: string, { signal, ...wish }: JoinOptions = {}): Promise<Room<P>> {
    const { room, key } = readInvitation(invitation);
    return this.#enter({ ...wish, room }, key, signal);
  }

  async match(queue: string, options: MatchOptions = {}): Promise<Room<P>> {
    this.#refuseIfClosed();
    const { Matches } = await needed(import('./parley-matches.ts'), options.signal);
    this.#refuseIfClosed();
    this.#matches ??= new Matches(this.line, this.timers);
    return this.#matches.wait(queue, options);
  }

  close(): void {
    for (const stray of this.strays) stray.letGo('closed');
    this.line.close();
  }

  // What its rooms ask ----------------------------------------------------------------------------------------------------

  get instance(): string {
    return this.#welcome.instance;
  }

  get maxMessageBytes(): number {
    return this.#welcome.limits.maxMessageBytes ?? Infinity;
  }

  left({ code }: MeetingRoom<P>): void {
    this.rooms.delete(code);
  }

  leaving(room: string, done: Promise<void>): void {
    this.#leaving.set(room, done);
    void done.then(() => this.#leaving.delete(room));
  }

  // What the line tells ---------------------------------------------------------------------------------------------------

  welcomed(welcome: Welcome): void {
    const { resumed, rooms = [] } = welcome;
    this.#welcome = welcome;
    this.#iceServers.take(welcome);
    this.pace.begin(welcome.limits);
    this.#resume(resumed ? rooms : []);
    // Also what the seats of just now have left: to the others we are somebody new, who begins with the first number.
    if (!resumed) this.memories.forget();
    this.#matches?.resume();
  }

  hear(message: Outgoing): void {
    if (message.type === 'joined') return this.#found(message);
    if (!isAboutRoom(message)) return;
    const room = this.rooms.get(message.room);
    if (room && !room.isReentering) room.hear(message);
    else if (this.#unanswered > 0) this.#early.push(message);
  }

  changed(change: StateChange): void {
    if (change.state === 'closed') this.#end(change.reason);
    this.emit('state', change);
  }

  woke(): void {
    for (const room of this.rooms.values()) room.woke();
  }

  failed(error: Error): void {
    this.emit('error', error);
  }

  get isInUse(): boolean {
    return this.rooms.size + this.#unanswered > 0 || Boolean(this.#matches?.size);
  }

  // Entering --------------------------------------------------------------------------------------------------------------

  /** Joins, or makes a room; whoever asks for one that is on its way waits for the same. `secret`: by this key, or by a new one. */
  async #enter(wish: object, secret?: string | boolean, signal?: AbortSignal): Promise<Room<P>> {
    signal?.throwIfAborted();
    const join = { type: 'join', ...wish } as Entry['join'];
    const entry = secret ? await secretEntry(join, secret, signal) : { join, sealing: this.#sealing };
    signal?.throwIfAborted();
    this.#refuseIfClosed();
    const there = this.rooms.get(join.room ?? '');
    if (there) return there;
    const entering = (join.room && this.#entering.get(join.room)) || this.#ask(entry);
    entering.wanted++;
    return abortable(entering.room, signal, () => entering.wanted--);
  }

  #ask(entry: Entry): Entering<P> {
    const { join } = entry;
    const take = (snapshot: RoomSnapshot) => {
      const room = this.#take(snapshot, entry);
      if (entering.wanted === 0) void room.leave();
      return room;
    };
    const enter = async () => {
      // What is said of the room until `left` is about the former seat.
      await this.#leaving.get(join.room);
      return this.#answered(join, take);
    };
    const room = enter().finally(() => this.#entering.delete(join.room));
    const entering = { wanted: 0, room };
    this.#entering.set(join.room, entering);
    return entering;
  }

  /** Takes up the answer to a `join`, and then what came right behind it. */
  async #answered<Taken>(join: Entry['join'], take: (snapshot: RoomSnapshot) => Taken): Promise<Taken> {
    this.#unanswered++;
    try {
      const snapshot = (await this.line.request(join)) as Joined;
      this.#refuseIfClosed();
      return take(snapshot);
    } finally {
      this.#unanswered--;
      for (const message of this.#early.splice(0)) this.hear(message);
    }
  }

  #take(snapshot: RoomSnapshot, entry: Entry): MeetingRoom<P> {
    const room = this.rooms.get(snapshot.room) ?? new MeetingRoom(this, snapshot, entry);
    this.rooms.set(snapshot.room, room);
    return room;
  }

  /** A match has brought us together; if nobody waits for it any more, we go again. */
  #found(snapshot: Matched): void {
    if (this.state === 'closed') return;
    const { room: name, queue } = snapshot;
    const room = this.#take(snapshot, { join: { type: 'join', room: name }, queue, sealing: this.#sealing });
    if (!this.#matches?.found(snapshot, room)) void room.leave();
  }

  /** After a new welcome: these are the rooms that the server knows us in. */
  #resume(snapshots: readonly RoomSnapshot[]): void {
    for (const room of this.rooms.values()) {
      const snapshot = snapshots.find((each) => each.room === room.code);
      if (snapshot) room.resume(snapshot);
      else this.#reenter(room);
    }
    // What came of a match while we were away, or where there is a code, of a `create`.
    for (const snapshot of snapshots) {
      const { room } = snapshot;
      const isKnown = this.rooms.has(room) || this.#entering.has(room) || this.#leaving.has(room);
      if (isKnown) continue;
      if (isRoomCode(room)) this.line.created(snapshot);
      else this.#found(snapshot);
    }
  }

  /** The server has forgotten a seat of ours. */
  #reenter(room: MeetingRoom<P>, failures = 0): void {
    if (room.isReentering && !failures) return; // the line says it again
    room.forgotten();
    if (!room.isOpen) return; // somebody who was told of it has left
    this.#answered(room.join, (snapshot) => room.isOpen && room.resume(snapshot)).catch(
      (error: ParleyError) => {
        const { code, retryAfterMs = 0 } = error;
        const again = () => room.isOpen && this.#reenter(room, failures + 1);
        if (PASSING.includes(code)) this.timers.after(Math.max(retryAfterMs, backoffMs(failures)), again);
        else room.end(code);
      },
    );
  }

  #refuseIfClosed(): void {
    if (this.state === 'closed') throw new ParleyError('closed');
  }

  /** We are in no room any more. */
  #end(reason = 'closed'): void {
    for (const room of this.rooms.values()) room.end(reason);
    this.#matches?.close(new ParleyError(reason));
    this.timers.clear();
  }
}

/** Few need it; whoever does waits for it once. */
async function secretEntry(
  join: Entry['join'],
  secret: string | true,
  signal: AbortSignal | undefined,
): Promise<Entry> {
  const { secretSealing } = await needed(import('./sealing.ts'), signal);
  return { join, ...(await secretSealing(secret === true ? undefined : secret)) };
}

/** A part of this program that few need, and that is not always to be had: then it rejects with ParleyError `unreachable`. */
function needed<Module>(part: Promise<Module>, signal: AbortSignal | undefined): Promise<Module> {
  const told = part.catch((error: unknown) => {
    throw unreachable(String(error)).error;
  });
  return abortable(told, signal);
}

function isAboutRoom(message: Outgoing): message is RoomMessage {
  return 'room' in message && message.room !== undefined;
}
