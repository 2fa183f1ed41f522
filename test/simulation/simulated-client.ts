import { type CloseName, CLOSES, reconnectAfterClose, type RoomId } from '@parley/protocol';

import type { Life } from './ledger.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { TIMES } from './simulated-node.ts';
import { type Message, type SessionOwner, SimulatedSession } from './simulated-session.ts';
import type { World } from './world.ts';

/** What a client holds when its socket ends, or moves. */
interface Held {
  readonly life: Life;
  readonly rooms: readonly RoomId[];
  /** Since when the cluster may take it for away. */
  readonly sinceMs: number;
}

/** How a client comes back. */
interface Return {
  readonly as?: 'resume' | 'restart' | undefined;
  readonly afterMs: number;
  /** How many sockets it opens at once. */
  readonly sockets?: number;
  readonly isDeaf?: boolean;
}

/**
 * A page with a socket, or at times without one, or with two: it remembers the last proof that it was given, and comes back
 * with it. It accuses the cluster when it is not let back in time, or something of what it held is lost.
 */
export class SimulatedClient implements SessionOwner {
  /** With a token it is a peer that the token names. */
  readonly token: string | undefined;
  /** The one it speaks through. */
  session: SimulatedSession | undefined;
  life: Life | undefined;
  /** It never comes back. */
  isGone = false;
  readonly #world: World;
  readonly #attempts = new Set<SimulatedSession>();
  #proof: string | undefined;
  #held: Held | undefined;
  /** Matches of the earlier sessions of this life. */
  #matches: SimulatedSession['matches'] = [];
  /** It has tried to start anew since it was welcome, and that may have succeeded. */
  #hasGivenUp = false;
  /** When it last had two attempts at once: which of them is the later is for the cluster to say. */
  #doubledAtMs = -Infinity;
  /** Sockets of which it has not heard a word. */
  readonly #unheard = new Set<SimulatedSession>();
  /** Since when it has had a socket all the time, if it has one. */
  #hereSinceMs = 0;
  #plans = 0;

  constructor(world: World, token: string | undefined, node: SimulatedNode) {
    this.#world = world;
    this.token = token;
    this.#open(node, {});
  }

  get isOpen(): boolean {
    return this.session?.isOpen ?? false;
  }

  /** How long it has had a socket that was welcome, be it one after the other. */
  get hereForMs(): number {
    return this.isOpen ? this.#world.clock.nowMs() - this.#hereSinceMs : 0;
  }

  /** Its life may be over: it has started anew, or was away for too long. */
  get mayBeOver(): boolean {
    const { sinceMs = Infinity } = this.#held ?? {};
    return this.#hasGivenUp || this.#world.clock.nowMs() - sinceMs > TIMES.resumeWindowMs - IN_TIME_MS;
  }

  /** Rooms that matches have put this life into. */
  get matches(): SimulatedSession['matches'] {
    return [...this.#matches, ...(this.session?.matches ?? [])];
  }

  get name(): string {
    return this.life ? this.life.peer.slice(0, 9) : 'somebody';
  }

  /** The socket breaks. `both` ends know, or only the client. */
  lose(known: 'both' | 'client'): void {
    const { session } = this;
    if (!session) return;
    this.#note(session, `breaks, known to ${known}`);
    this.#lost(session);
    if (known === 'both') session.drop();
    else session.forsake();
    this.#comeBackSometime();
  }

  /** Its kernel closes every socket. */
  nodeDied(node: SimulatedNode): void {
    for (const session of [...this.#attempts, this.session]) {
      if (session?.node !== node || session.state === 'ended') continue;
      session.forsake();
      this.closed(session, 1006);
    }
  }

  /** Opens another socket while this one lives. */
  move(): void {
    this.#comeBack({ as: 'resume', afterMs: 0 });
  }

  /** Leaves for good. */
  bye(): void {
    this.isGone = true;
    this.session?.ask({ type: 'bye' });
    this.#lost(this.session);
  }

  welcomed(session: SimulatedSession, welcome: Message<'welcome'>): void {
    this.#attempts.delete(session);
    this.#unheard.delete(session);
    const before = this.session?.isOpen ? this.session : undefined;
    const isOlder = before !== undefined && session.number < before.number;
    const isNobody = before !== undefined && !welcome.resumed && this.token === undefined;
    this.#note(session, `is ${welcome.resumed ? 'welcome again' : 'welcome'} as ${welcome.peer.slice(0, 9)}`);
    if (this.isGone || isNobody) return session.drop(1000);
    // It gave this one up before the other was welcome; not with 1000, which is a goodbye of the peer.
    if (isOlder) return session.drop();
    const held = before ? this.#holds(before) : this.#held;
    this.#judge(session, welcome, held);
    const { peer, instance } = welcome;
    this.#matches = instance === this.life?.instance ? this.matches : [];
    this.life = { peer, instance };
    this.session = session;
    if (!before) this.#hereSinceMs = this.#world.clock.nowMs();
    this.#proof = welcome.resume;
    this.#held = undefined;
    this.#hasGivenUp = false;
    if (welcome.resumed) this.#world.ledger.returned(this.life, welcome.rooms ?? []);
    if (before) this.#letGo(before);
  }

  goingAway(session: SimulatedSession, { reconnectAfterMs }: Message<'going-away'>): void {
    if (session !== this.session || !this.#world.chance(60)) return;
    this.#world.clock.after(reconnectAfterMs, () => {
      if (session === this.session && session.isOpen) this.move();
    });
  }

  closed(session: SimulatedSession, code: number): void {
    this.#attempts.delete(session);
    this.#unheard.delete(session);
    this.#note(session, `is closed: ${closeNameOf(code)}`);
    if (session === this.session) this.#lost(session);
    if (this.isOpen || this.isGone || this.#attempts.size + this.#plans > 0) return;
    if (reconnectAfterClose(code) === 'never' && this.#world.chance(50)) {
      this.isGone = true;
      return;
    }
    this.#comeBack({ as: 'resume', afterMs: 100 + this.#world.random.below(600) });
  }

  #comeBackSometime(): void {
    const { random } = this.#world;
    const afterMs = this.#world.weighted<number | undefined>([
      [50, random.below(500)],
      [30, random.below(5_000)],
      [12, 6_000 + random.below(8_000)],
      [8, undefined],
    ]);
    if (afterMs === undefined) this.isGone = true;
    else
      this.#comeBack({
        as: this.#world.weighted([
          [85, 'resume' as const],
          [8, 'restart' as const],
          [7, undefined],
        ]),
        afterMs,
        sockets: this.#world.chance(12) ? 2 : 1,
        isDeaf: this.#world.chance(15),
      });
  }

  #comeBack({ as, afterMs, sockets = 1, isDeaf = false }: Return): void {
    this.#plans += 1;
    this.#world.clock.after(afterMs, () => {
      this.#plans -= 1;
      for (let i = 0; i < sockets && !this.isGone; i += 1) {
        const node = this.#world.anyNode();
        if (node) this.#open(node, { as, isDeaf });
        else this.#comeBack({ as, afterMs: 500 });
      }
    });
  }

  #open(node: SimulatedNode, { as, isDeaf }: Pick<Return, 'as' | 'isDeaf'>): void {
    const world = this.#world;
    const session = new SimulatedSession(world, node, this, {
      token: this.token,
      as,
      proof: this.#proof,
      isDeaf: isDeaf ?? false,
    });
    if (this.#attempts.size > 0) this.#doubledAtMs = world.clock.nowMs();
    this.#attempts.add(session);
    this.#unheard.add(session);
    if (as !== 'resume') this.#hasGivenUp = true;
    this.#note(session, `opens to ${as ?? 'begin'}${isDeaf ? ', deaf' : ''}`);
    world.clock.after(1_500 + world.random.below(1_500), () => {
      if (session.state !== 'opening' || !this.#attempts.delete(session)) return;
      this.#note(session, 'is given up');
      if (world.chance(50)) this.#hangUp(session);
      else session.forsake();
      if (!this.isOpen && !this.isGone && this.#attempts.size + this.#plans === 0)
        this.#comeBack({ as: as ?? 'resume', afterMs: world.random.below(500) });
    });
  }

  /** Its node hears of that right behind the opening, however late it hears of both, and does nothing for it. */
  #hangUp(session: SimulatedSession): void {
    this.#unheard.delete(session);
    session.drop();
  }

  /** The older of two sockets: some clients close it, some in a hurry, some let the node do it. */
  #letGo(session: SimulatedSession): void {
    if (this.isUnsure) return session.forsake();
    const code = this.#world.weighted([
      [30, 1000],
      [20, 1006],
      [50, undefined],
    ]);
    if (code === undefined) session.forsake();
    else session.drop(code);
  }

  /** Another of its sockets may yet take over from the one that it has, with a proof that was good when it was opened. */
  get isUnsure(): boolean {
    const hasWoken = ({ node, openedAtMs }: SimulatedSession) => node.process.sleptMsSince(openedAtMs) > 0;
    return this.#world.clock.nowMs() - this.#doubledAtMs < 30_000 || [...this.#unheard].some(hasWoken);
  }

  #lost(session: SimulatedSession | undefined): void {
    if (!session || session !== this.session) return;
    this.#held = this.#holds(session);
    this.#matches = this.matches;
    this.session = undefined;
  }

  #holds(session: SimulatedSession): Held {
    const { peer, instance, node } = session;
    const rooms = [...session.rooms.keys()].filter(
      (room) => !session.awaits('leave', room) && !this.#world.stays.hasLeft({ room, peer, instance }),
    );
    return { life: { peer, instance }, rooms, sinceMs: node.unheardSinceMs };
  }

  #note(session: SimulatedSession, what: string): void {
    const { number, node } = session;
    this.#world.note(`${this.name} socket ${number} at ${node.id} ${what}`);
  }

  #judge({ opening }: SimulatedSession, welcome: Message<'welcome'>, held: Held | undefined): void {
    const world = this.#world;
    const nowMs = world.clock.nowMs();
    if (
      opening.as !== 'resume' ||
      opening.proof !== this.#proof ||
      this.#hasGivenUp ||
      !held ||
      this.isUnsure
    )
      return;
    if (welcome.resumed && welcome.instance !== held.life.instance) world.accuse('resumed as somebody else');
    const isInTime = nowMs - held.sinceMs < TIMES.resumeWindowMs - IN_TIME_MS;
    if (!isInTime || world.hasForgottenSince(held.sinceMs - 30_000)) return;
    const who = `${this.name}, away for ${nowMs - held.sinceMs} ms,`;
    if (!welcome.resumed) return world.accuse(`${who} was not let back in`);
    for (const room of held.rooms) {
      if (!welcome.rooms?.some((there) => there.room === room)) world.accuse(`${who} has lost ${room}`);
      if (world.stays.wasSeenLeaving({ room, ...held.life }, held.sinceMs))
        world.accuse(`${who} came back to ${room}, and others saw it leave`);
    }
  }
}

/** What a claim and its answer may take. */
const IN_TIME_MS = 1_000;

/** The close that a code stands for, in words for a trace. */
const closeNameOf = (code: number): string =>
  (Object.keys(CLOSES) as CloseName[]).find((name) => CLOSES[name].code === code) ?? String(code);
