import type { Fence } from '../fence.ts';
import type { PeerKey } from '../keys.ts';
import {
  type AssertPeerAnswer,
  type ClaimAnswer,
  type PeerAssertion,
  type PeerClaim,
  type PeerDirectory,
  type PutAnswer,
  type PutRequest,
  type Reading,
  Unavailable,
} from '../ports/directory.ts';
import type { World } from './directory.ts';
import { Lapsing } from './lapsing.ts';
import {
  asserted,
  confirmed,
  continued,
  fits,
  formerOf,
  here,
  isOver,
  isSuperseded,
  lifeThatGoesOn,
  mailOf,
  mailWaits,
  newLife,
  type PeerLife,
  type PeerRecord,
  placeOf,
  rightOf,
  seenAway,
  windowEndMs,
} from './peer-record.ts';

/** How long a bye refuses what is not later. */
const TOMBSTONE_MS = 60_000;

export class MemoryPeers implements PeerDirectory {
  readonly #world: World;
  readonly records: Lapsing<PeerKey, PeerRecord>;

  constructor(world: World) {
    this.#world = world;
    this.records = new Lapsing(world.clock, (record) => record.untilMs);
  }

  async claim(claim: PeerClaim): Promise<ClaimAnswer> {
    const { key, fence, reading } = claim;
    if (this.#nowMs() > claim.notAfterMs) return { outcome: 'late' };
    const held = this.records.get(key);
    if (isSuperseded(fence, held)) return { outcome: 'superseded' };

    const last = held?.life;
    const life = lifeThatGoesOn(held, this.#nowMs(), reading);
    const isAgain = held?.fence === fence;
    if (isAgain && life?.instance === claim.instance) {
      this.#keep(claim, here(life));
      return { outcome: 'claimed' };
    }

    const right = rightOf(claim, life);
    if (!right) return { outcome: 'unproven' };
    const isOther = last && last.session !== claim.session;
    if (!life || right === 'restart') {
      this.#keep(claim, newLife(claim));
      return { outcome: 'claimed', ...(isOther && { former: formerOf(last) }) };
    }
    const goesOn = continued(life, claim, isAgain);
    this.#keep(claim, goesOn);
    const { instance, rooms } = goesOn;
    const wasHere = isOther && life.awayUntilMs === undefined;
    const mail = mailOf(goesOn);
    return { outcome: 'resumed', instance, rooms, mail, ...(wasHere && { former: placeOf(life) }) };
  }

  async confirm(key: PeerKey, fence: Fence): Promise<void> {
    const held = this.records.get(key);
    if (held?.fence !== fence || !held.life) return;
    this.records.set(key, { ...held, life: confirmed(held.life) });
  }

  async assert(assertion: PeerAssertion, reading: Reading, notAfterMs: number): Promise<AssertPeerAnswer> {
    if (this.#nowMs() > notAfterMs) throw new Unavailable('the assertion came too late');
    const held = this.records.get(assertion.key);
    if (isSuperseded(assertion.fence, held)) return 'superseded';
    const isKnown = held?.fence === assertion.fence;
    const life = lifeThatGoesOn(held, this.#nowMs(), reading);
    if (isKnown && life && mailWaits(life)) return 'mail-waits';
    this.#keep(assertion, asserted(assertion, life, isKnown));
    return isKnown ? 'asserted' : 'restored';
  }

  async away(assertion: PeerAssertion, awayMs: number): Promise<'away' | 'superseded'> {
    const held = this.records.get(assertion.key);
    if (isSuperseded(assertion.fence, held)) return 'superseded';
    const isKnown = held?.fence === assertion.fence;
    const saidFirst = isKnown ? held.life?.awayUntilMs : undefined;
    const awayUntilMs = saidFirst ?? this.#nowMs() + awayMs;
    this.#keep(assertion, { ...asserted(assertion, held?.life, isKnown), awayUntilMs });
    return 'away';
  }

  async abandon(key: PeerKey, fence: Fence, awayMs: number): Promise<void> {
    const held = this.records.get(key);
    if (held?.fence !== fence || !held.life || held.life.awayUntilMs !== undefined) return;
    const awayUntilMs = this.#nowMs() + awayMs;
    this.records.set(key, { ...held, life: { ...held.life, awayUntilMs } });
  }

  async put({ key, instance, text, reading, notAfterMs }: PutRequest): Promise<PutAnswer> {
    const nowMs = this.#nowMs();
    if (nowMs > notAfterMs) return { outcome: 'late' };
    const held = this.records.get(key);
    if (!held?.life || held.life.instance !== instance) return { outcome: 'gone' };
    const life = seenAway(held.life, held.untilMs, nowMs, reading);
    if (life.awayUntilMs === undefined) return { outcome: 'here', ...placeOf(life) };
    if (isOver(life, nowMs, reading)) return { outcome: 'gone' };

    const hasRoom = fits(text, life);
    const mail = hasRoom ? [...life.mail, { text, handings: 0 }] : life.mail;
    this.records.set(key, { ...held, life: { ...life, mail } });
    if (!hasRoom) return { outcome: 'full' };
    const endsAtMs = Math.min(windowEndMs(life.awayUntilMs, reading), held.untilMs);
    return { outcome: 'kept', forMs: Math.ceil(endsAtMs - nowMs) };
  }

  async bye(key: PeerKey, fence: Fence): Promise<void> {
    const held = this.records.get(key);
    if (held && held.fence > fence) return;
    this.records.set(key, { fence, untilMs: this.#nowMs() + TOMBSTONE_MS });
  }

  #keep({ key, fence, lifeMs }: PeerClaim | PeerAssertion, life: PeerLife): void {
    this.records.set(key, { fence, untilMs: this.#nowMs() + lifeMs, life });
  }

  #nowMs(): number {
    return this.#world.clock.nowMs();
  }
}
