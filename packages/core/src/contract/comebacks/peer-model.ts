import { type InstanceId, MAIL, type RoomId, type UserId } from '@parley/protocol';
import type { Fence } from '../../fence.ts';
import type {
  AssertPeerAnswer,
  ClaimAnswer,
  PeerAssertion,
  PeerClaim,
  PeerPlace,
  PutAnswer,
  PutRequest,
  Reading,
  SecretHash,
} from '../../ports/directory.ts';
import { after, earlierOf, exactly, hasCome, laterOf, type Span } from './span.ts';

/** What is expected of a put: `kept` for about so long. */
export type ExpectedPut =
  | Exclude<PutAnswer, { outcome: 'kept' }>
  | { readonly outcome: 'kept'; readonly forMs: Span };

interface Life extends PeerPlace {
  fence: Fence;
  readonly instance: InstanceId;
  readonly user: UserId | undefined;
  rooms: readonly RoomId[];
  /** The secrets that are good. */
  good: readonly SecretHash[];
  awayUntil: Span | undefined;
  until: Span;
  letters: Letter[];
}

interface Letter {
  readonly text: string;
  /** The sessions that were handed it, and may not know. */
  readonly handedTo: Set<Fence>;
}

/** Where one peer is, as simply as it can be said; every method answers what a directory has to answer. */
export class PeerModel {
  #now: Span = exactly(0);
  #life: Life | undefined;
  #goodbye: { readonly fence: Fence; readonly until: Span } | undefined;

  /** To be said before each of the others. @throws Unclear */
  passTo(now: Span): void {
    this.#now = now;
    if (this.#life && hasCome(this.#life.until, now)) this.#life = undefined;
    if (this.#goodbye && hasCome(this.#goodbye.until, now)) this.#goodbye = undefined;
  }

  /** The fence that speaks for the peer. */
  get owner(): Fence | undefined {
    return this.#life?.fence;
  }

  get life(): Readonly<Life> | undefined {
    return this.#life;
  }

  claim(claim: PeerClaim): ClaimAnswer {
    const { fence, comeback, user, offered } = claim;
    if (hasCome(exactly(claim.notAfterMs), this.#now)) return { outcome: 'late' };
    if (this.#refuses(fence)) return { outcome: 'superseded' };
    const last = this.#life;
    const goesOn = last && !this.#isOver(last, claim.reading);
    if (goesOn && last.fence === fence && last.instance === claim.instance) {
      Object.assign(last, { awayUntil: undefined, until: after(this.#now, claim.lifeMs) });
      return { outcome: 'claimed' };
    }
    const knows = goesOn && comeback && last.user === user && last.good.includes(comeback.presented);
    const former = last && last.session !== claim.session ? last : undefined;
    if (knows && comeback.as === 'resume') {
      for (const { handedTo } of last.letters) handedTo.add(fence);
      const { instance, rooms, letters } = last;
      const mail = letters.map(({ text, handedTo }) => ({ text, mailed: handedTo.size - 1 }));
      this.#begin(claim, { instance, rooms, letters, good: [comeback.presented, offered] });
      const told = former && !former.awayUntil && { node: former.node, session: former.session };
      return { outcome: 'resumed', instance, rooms, mail, ...(told && { former: told }) };
    }
    if (!knows && !claim.isFixed && (comeback || goesOn)) return { outcome: 'unproven' };
    this.#begin(claim, { instance: claim.instance, rooms: [], letters: [], good: [offered] });
    if (!former) return { outcome: 'claimed' };
    const { node, session, instance, rooms } = former;
    return { outcome: 'claimed', former: { node, session, instance, rooms } };
  }

  confirm(fence: Fence, offered: SecretHash): void {
    if (this.#life?.fence !== fence) return;
    this.#life.good = [offered];
    this.#life.letters = this.#life.letters.filter(({ handedTo }) => !handedTo.has(fence));
  }

  assert(assertion: PeerAssertion, reading: Reading): AssertPeerAnswer {
    const { fence } = assertion;
    if (this.#refuses(fence)) return 'superseded';
    const last = this.#life;
    const isKnown = last?.fence === fence;
    if (last && this.#isOver(last, reading)) last.letters = [];
    if (isKnown && last.awayUntil && last.letters.some(({ handedTo }) => !handedTo.has(fence)))
      return 'mail-waits';
    this.#believe(assertion);
    return isKnown ? 'asserted' : 'restored';
  }

  away(assertion: PeerAssertion, awayMs: number): 'away' | 'superseded' {
    if (this.#refuses(assertion.fence)) return 'superseded';
    const said = this.#life?.fence === assertion.fence ? this.#life.awayUntil : undefined;
    this.#believe(assertion).awayUntil = said ?? after(this.#now, awayMs);
    return 'away';
  }

  abandon(fence: Fence, awayMs: number): void {
    if (this.#life?.fence === fence) this.#life.awayUntil ??= after(this.#now, awayMs);
  }

  put({ instance, text, reading }: PutRequest): ExpectedPut {
    const life = this.#life;
    if (life?.instance !== instance) return { outcome: 'gone' };
    if (!life.awayUntil && !reading.lost.includes(life.node))
      return { outcome: 'here', node: life.node, session: life.session };
    life.awayUntil ??= after(this.#now, reading.awayMs);
    if (this.#isOver(life, reading)) return { outcome: 'gone' };
    const texts = [...life.letters.map((letter) => letter.text), text];
    if (texts.length > MAIL.maxSignals || Buffer.byteLength(texts.join('')) > MAIL.maxBytes)
      return { outcome: 'full' };
    life.letters.push({ text, handedTo: new Set() });
    const end = earlierOf(laterOf(life.awayUntil, exactly(reading.mercyUntilMs)), life.until);
    const forMs = { fromMs: end.fromMs - this.#now.toMs, toMs: Math.ceil(end.toMs - this.#now.fromMs) };
    return { outcome: 'kept', forMs };
  }

  bye(fence: Fence): void {
    if (this.#isLater(fence)) return;
    this.#life = undefined;
    this.#goodbye = { fence, until: after(this.#now, 60_000) };
  }

  #begin(
    { fence, node, session, user, lifeMs }: Omit<PeerAssertion, 'proven' | 'offered' | 'rooms' | 'instance'>,
    life: Pick<Life, 'instance' | 'rooms' | 'letters' | 'good'>,
  ): Life {
    const until = after(this.#now, lifeMs);
    this.#goodbye = undefined;
    return (this.#life = { fence, node, session, user, until, awayUntil: undefined, ...life });
  }

  #believe(said: PeerAssertion): Life {
    const { instance, rooms, proven, offered } = said;
    const letters = this.#life?.instance === instance ? this.#life.letters : [];
    return this.#begin(said, { instance, rooms, letters, good: [proven, offered] });
  }

  #isOver({ awayUntil }: Life, { mercyUntilMs }: Reading): boolean {
    return awayUntil !== undefined && hasCome(laterOf(awayUntil, exactly(mercyUntilMs)), this.#now);
  }

  #refuses(fence: Fence): boolean {
    return this.#isLater(fence) || this.#goodbye?.fence === fence;
  }

  #isLater(fence: Fence): boolean {
    return (this.#life?.fence ?? '') > fence || (this.#goodbye?.fence ?? '') > fence;
  }
}
