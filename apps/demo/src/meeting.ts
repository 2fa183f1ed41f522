import { connect, ParleyError } from '@parley/client';
import type { LeaveReason, LinkState, Parley, Peer, Room, StateChange } from '@parley/client';

import type { Address } from './address.ts';
import type { Insight } from './live.ts';
import { pathOf } from './path.ts';
import type { Path } from './path.ts';
import type { Facts, Other } from './status.ts';
import { whyNot } from './why-not.ts';

export interface MeetingEvents {
  /** Something of {@link Meeting.facts} is another than before. */
  changed(): void;
  /** Somebody is here, for one life: who starts anew is met anew. */
  met(peer: Peer): void;
}

/** How long people wait for the server before they are told why. */
const PATIENCE_MS = 5_000;
/** How often somebody asks for a seat who waits for one. */
const KNOCK_MS = 5_000;
const PATH_INTERVAL_MS = 1_000;
/** How long two may look for a path before people are told that there may be none. Browsers themselves give up late, or never. */
const NO_PATH_AFTER_MS = 20_000;

/** One page's stay in a room of two: from the way to the server until somebody ends it. */
export class Meeting {
  readonly #address: Address;
  readonly #events: MeetingEvents;
  #parley: Parley | undefined;
  #room: Room | undefined;
  #peer: Peer | undefined;
  #other: Other = 'nobody';
  #hasTalked = false;
  #hasFailed = false;
  #path: Path | undefined;
  #awaySince: number | undefined;
  #backAfterMs: number | undefined;
  #toldNode: string | undefined;
  #server: StateChange = { state: 'connecting', willReturn: true };
  #end: Facts['end'];

  constructor(address: Address, events: MeetingEvents) {
    this.#address = address;
    this.#events = events;
    setInterval(() => void this.#lookAtPath(), PATH_INTERVAL_MS);
  }

  get facts(): Facts {
    return {
      server: this.#server,
      code: this.#room?.code,
      other: this.#other,
      link: this.#peer?.link ?? 'new',
      hasTalked: this.#hasTalked,
      hasFailed: this.#hasFailed,
      isRelayed: this.#path?.isRelayed ?? false,
      end: this.#end,
    };
  }

  /** Who is here, or was here last. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  get insight(): Insight {
    return {
      path: this.#peer?.link === 'connected' ? this.#path : undefined,
      negotiation: this.#peer?.pc.signalingState,
      myNode: this.#parley?.node,
      theirNode: nodeIn(this.#peer?.meta),
      backAfterMs: this.#backAfterMs,
    };
  }

  /** Reaches the server, and enters the room with that code, or one of its own. */
  async begin(code: string | undefined): Promise<void> {
    const parley = await this.#reach();
    if (parley === undefined) return;
    this.#parley = parley;
    parley.on('state', (change) => this.#serverChanged(change));
    this.#serverChanged({ state: parley.state, willReturn: true });
    try {
      this.#enter(await (code === undefined ? parley.create() : parley.join(code)));
    } catch (error) {
      this.#ended(error);
      if (code !== undefined && this.#end?.code === 'room-full') this.#waitForSeat(parley, code);
    }
  }

  /** Asks again and again: one of the two seats may be kept for us, who left it without a goodbye, as when a page is loaded again without a server. */
  #waitForSeat(parley: Parley, code: string): void {
    this.#end = { code: 'seat-awaited' };
    this.#events.changed();
    const again = () =>
      setTimeout(() => void this.#knock(parley, code).then((goesOn) => goesOn && again()), KNOCK_MS);
    again();
  }

  /** @returns whether to knock again */
  async #knock(parley: Parley, code: string): Promise<boolean> {
    if (this.#room !== undefined) return false;
    try {
      const room = await parley.join(code);
      // Somebody may have gone elsewhere in the meantime.
      if (this.#room === undefined) this.#enter(room);
      else if (room !== this.#room) await room.leave();
      return false;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (WORTH_KNOCKING.has(error.code)) return true;
      if (error.code !== 'closed') this.#out(error.code);
      return false;
    }
  }

  /** Moves to another room. The one before is left only when the new one is entered. @throws ParleyError why it cannot be entered */
  async move(code: string): Promise<void> {
    if (this.#parley === undefined) return;
    const before = this.#room;
    const room = await this.#parley.join(code);
    if (room === before) return;
    this.#room = undefined;
    await before?.leave();
    this.#enter(room);
  }

  /** Whether there is a server that another room could be asked for. */
  get canMove(): boolean {
    return this.#parley !== undefined && this.#parley.state !== 'closed';
  }

  close(): void {
    this.#parley?.close();
  }

  /**
   * Waits until the server is there, or says something that waiting does not mend. One call of the SDK, however long it takes: a page that
   * was loaded again takes its former place with the first attempt that gets through, and with no other call.
   */
  async #reach(): Promise<Parley | undefined> {
    const { server, token } = this.#address;
    const patience = setInterval(() => void this.#explainDelay(), PATIENCE_MS);
    try {
      return await connect(server, { ...(token !== undefined && { token }), timeoutMs: Infinity });
    } catch (error) {
      this.#ended(error);
      return undefined;
    } finally {
      clearInterval(patience);
    }
  }

  async #explainDelay(): Promise<void> {
    const reason = await whyNot(this.#address);
    if (this.#parley === undefined && this.#end === undefined)
      this.#serverChanged({ state: 'connecting', reason, willReturn: true });
  }

  #enter(room: Room): void {
    this.#room = room;
    this.#end = undefined;
    this.#forget('nobody');
    room.on('peer', (peer) => room === this.#room && this.#meet(peer));
    room.on('left', (reason) => room === this.#room && this.#out(reason));
    this.#toldNode = undefined;
    void this.#tellNode();
    this.#events.changed();
  }

  /** The other side shows which node we are on; it may be another one each time we come back. */
  async #tellNode(): Promise<void> {
    const node = this.#parley?.node;
    if (node === undefined || node === this.#toldNode || this.#room?.isOpen !== true) return;
    this.#toldNode = node;
    try {
      await this.#room.update({ node });
    } catch (error) {
      // Out of the room in the meantime: then nobody is there to be told.
      if (!(error instanceof ParleyError)) throw error;
    }
  }

  #meet(peer: Peer): void {
    // Its link may still stand, if the server has forgotten one of us: there is to be one, and the call on one only.
    this.#peer?.close();
    this.#forget(peer.isAway ? 'away' : 'here');
    this.#peer = peer;
    const isCurrent = () => peer === this.#peer;
    peer.on('link', (link) => isCurrent() && this.#linkChanged(link));
    peer.on('away', () => isCurrent() && this.#otherIs('away'));
    peer.on('back', () => isCurrent() && this.#otherIs('here'));
    peer.on('updated', () => isCurrent() && this.#events.changed());
    peer.on('left', () => isCurrent() && this.#otherIs('left'));
    setTimeout(() => isCurrent() && this.#loseHope(), NO_PATH_AFTER_MS);
    this.#events.met(peer);
    this.#events.changed();
  }

  #loseHope(): void {
    this.#hasFailed ||= this.#other === 'here';
    this.#events.changed();
  }

  #forget(other: Other): void {
    this.#peer = undefined;
    this.#path = undefined;
    this.#hasTalked = this.#hasFailed = false;
    this.#other = other;
    this.#awaySince = this.#backAfterMs = undefined;
  }

  #otherIs(other: Other): void {
    this.#other = other;
    if (other === 'away') this.#awaySince ??= performance.now();
    if (other === 'here' && this.#awaySince !== undefined) {
      this.#backAfterMs = performance.now() - this.#awaySince;
      this.#awaySince = undefined;
    }
    this.#events.changed();
  }

  #linkChanged(link: LinkState): void {
    this.#hasTalked ||= link === 'connected';
    this.#hasFailed ||= link === 'failed';
    this.#events.changed();
    void this.#lookAtPath();
  }

  #out(reason: LeaveReason): void {
    // Nobody typed a wrong code: this one was right before.
    this.#end = { code: reason === 'room-not-found' ? 'room-ended' : reason };
    this.#events.changed();
  }

  #serverChanged(change: StateChange): void {
    this.#server = change;
    void this.#tellNode();
    const isSettled = this.#end !== undefined && this.#end.code !== 'seat-awaited';
    if (change.state === 'closed' && !change.willReturn && !isSettled)
      this.#end = { code: change.reason ?? 'closed' };
    this.#events.changed();
  }

  #ended(error: unknown): void {
    if (!(error instanceof ParleyError)) throw error;
    this.#end = { code: error.code, retryAfterMs: error.retryAfterMs };
    this.#events.changed();
  }

  async #lookAtPath(): Promise<void> {
    const peer = this.#peer;
    if (peer?.link !== 'connected') return;
    const path = pathOf(await peer.pc.getStats());
    if (peer !== this.#peer) return;
    this.#path = path;
    this.#events.changed();
  }
}

/** The name of a node, where a peer tells one. */
function nodeIn(teller: unknown): string | undefined {
  if (typeof teller !== 'object' || teller === null || !('node' in teller)) return undefined;
  return typeof teller.node === 'string' ? teller.node : undefined;
}

/** By these there may still be a seat later. */
const WORTH_KNOCKING: ReadonlySet<string> = new Set(['room-full', 'rate-limited', 'cluster-unavailable']);
