import type { NodeId, SessionId } from '@parley/protocol';
import type { ReplacedEnvelope } from './envelope.ts';
import type { Hub } from './hub.ts';
import { peerKey, roomOf } from './keys.ts';
import type { Member } from './member.ts';
import type { Membership } from './membership.ts';
import type { Clock, Random } from './ports/clock.ts';
import {
  type ClaimAnswer,
  NOT_AFTER_MS,
  type PeerAssertion,
  type PeerDirectory,
  type PeerPlace,
  type SecretHash,
  Unavailable,
} from './ports/directory.ts';
import type { Metrics } from './ports/metrics.ts';
import { Renewals } from './renewals.ts';
import type { Streams } from './streams.ts';
import { nothingToUndo, type Writer } from './writer.ts';

/** A member as the directory of peers knows it. */
export interface Claimant extends Member {
  /** Proof of an earlier session, if it has any. */
  readonly comeback?: { readonly as: 'resume' | 'restart'; readonly presented: SecretHash } | undefined;
  /** Its credential names this very peer. */
  readonly isFixed: boolean;
  /** It is to show that it is alive, and has some seconds for it. */
  readonly isAsked: boolean;
  /** The directory has given it its peer. */
  readonly isClaimed: boolean;
  /** The secret it came back with, good until it was heard. */
  presented: SecretHash | undefined;
  /** The one it was given. */
  readonly offered: SecretHash;
  /** The directory has answered its claim. */
  claimed(answer: ClaimAnswer): void;
}

/** The claims of this node's sessions to speak for their peers: made when they connect, renewed, put away or released. */
export class Presence {
  readonly #renewals: Renewals<SessionId>;
  readonly #options: PresenceOptions;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#renewals = new Renewals(options, (session) => void this.#renew(session));
  }

  /** Rejects with `Unavailable`; then a claim to a new life is undone, and one to an earlier life is as good as never made. */
  async claim(member: Claimant): Promise<ClaimAnswer> {
    const { writer, directory, resumeWindowMs } = this.#options;
    const key = peerKey(member.realm, member.peer);
    const answer = await writer.ask(
      key,
      async () => {
        const claimed = await this.#claim(member);
        // Here, and not when the caller hears of it: its end may stand in line already, and is to know what it ends.
        member.claimed(claimed);
        return claimed;
      },
      // A peer that may have had a life before is to keep it, and waits for the next attempt.
      () =>
        member.comeback || member.isFixed
          ? directory.abandon(key, member.fence, resumeWindowMs)
          : directory.bye(key, member.fence),
    );
    if (answer.outcome === 'late') throw new Unavailable('the claim came too late');
    const isHeld = answer.outcome === 'claimed' || answer.outcome === 'resumed';
    if (isHeld && !member.ended) this.#renewals.plan(member.session);
    return answer;
  }

  /** Says everything about it once more, its rooms too: it is about to take a seat, or it was time. Rejects with `Unavailable`. */
  async assert(member: Claimant): Promise<void> {
    const outcome = await this.#options.writer.ask(
      peerKey(member.realm, member.peer),
      () => this.#assert(member),
      nothingToUndo,
    );
    if (outcome === 'superseded') member.close('replaced');
    // It was taken for away, and only what comes back has its mail before anything newer.
    if (outcome === 'mail-waits') member.close('mail-waits');
    // Its seats come after it, or somebody would send to it what comes after its mail.
    member.isDoubted = false;
  }

  /** It was heard: from now on the secret it was given is the only one that is good, and its mail is delivered. */
  confirm(member: Claimant): void {
    const { writer, directory } = this.#options;
    const key = peerKey(member.realm, member.peer);
    member.presented = undefined;
    void writer.insist(key, () => directory.confirm(key, member.fence));
  }

  /** Its connection is gone, and it may come back. However long it takes. */
  async away(member: Claimant): Promise<void> {
    this.#renewals.delete(member.session);
    const { writer, directory, resumeWindowMs } = this.#options;
    await writer.insist(peerKey(member.realm, member.peer), async () => {
      // What it says of itself before its claim was answered may be another life than the one that is there.
      if (member.isClaimed) await directory.away(this.#assertionOf(member), resumeWindowMs);
    });
  }

  /** Gives the claim back, however long it takes. */
  async release(member: Claimant): Promise<void> {
    this.#renewals.delete(member.session);
    const { writer, directory } = this.#options;
    const key = peerKey(member.realm, member.peer);
    await writer.insist(key, async () => {
      // Whoever only said that it is this peer must not end what is another's.
      if (member.isClaimed) await directory.bye(key, member.fence);
    });
  }

  /** A later session has it. */
  forget(member: Member): void {
    this.#renewals.delete(member.session);
  }

  /** Asserts every claim, not all at once. */
  assertAll(): void {
    this.#renewals.all();
  }

  /** Tells the session whose peer this member has taken. */
  replace({ realm, peer, fence }: Member, { node, session }: PeerPlace): void {
    const envelope: ReplacedEnvelope = { kind: 'replaced', peer: peerKey(realm, peer), session, by: fence };
    if (node === this.#options.node) this.replaced(envelope);
    else this.#options.streams.tell(node, envelope);
  }

  /** A later claim was made at another node. */
  replaced({ session, by }: ReplacedEnvelope): void {
    const member = this.#options.hub.get(session);
    if (member && member.fence < by)
      member.close(member.isWelcome ? 'replaced' : 'superseded-while-connecting');
  }

  stop(): void {
    this.#renewals.stop();
  }

  get renewalsForTesting(): number {
    return this.#renewals.size;
  }

  #claim(member: Claimant): Promise<ClaimAnswer> {
    const { directory, membership, lifeMs } = this.#options;
    const { comeback, isFixed } = member;
    return directory.claim({
      ...this.#statementOf(member),
      ...(comeback && { comeback }),
      // While it may only not be back yet, who has a life to continue is not given another one.
      isFixed: isFixed && !(comeback && membership.recovering),
      reading: membership.reading(lifeMs),
      notAfterMs: membership.nowMs() + NOT_AFTER_MS,
    });
  }

  async #assert(member: Claimant): ReturnType<PeerDirectory['assert']> {
    const { directory, membership, lifeMs } = this.#options;
    const outcome = await directory.assert(
      this.#assertionOf(member),
      membership.reading(lifeMs),
      membership.nowMs() + NOT_AFTER_MS,
    );
    if (outcome === 'restored') {
      this.#options.metrics.restored('peer');
      membership.foundLost();
    }
    if (outcome === 'superseded') this.#options.metrics.fenced('renewal');
    return outcome;
  }

  #assertionOf(member: Claimant): PeerAssertion {
    const { rooms, presented } = member;
    const statement = this.#statementOf(member);
    return { ...statement, rooms: [...rooms].map(roomOf), proven: presented ?? statement.offered };
  }

  #statementOf({ realm, peer, user, session, instance, fence, offered }: Claimant) {
    const { node, lifeMs } = this.#options;
    const place = { key: peerKey(realm, peer), node, session };
    return { ...place, instance, fence, ...(user && { user }), lifeMs, offered };
  }

  async #renew(session: SessionId): Promise<void> {
    const member = this.#options.hub.get(session);
    if (!member || member.ended) return;
    // Whose node slept may be dead, and has to show first that it is not.
    if (member.isAsked || !this.#options.membership.mayAssert) return this.#renewals.retry(session);
    try {
      await this.assert(member);
      if (!member.ended) this.#renewals.plan(session);
    } catch {
      // The claim still stands for a while; nothing ends because the directory cannot be asked.
      if (!member.ended) this.#renewals.retry(session);
    }
  }
}

export interface PresenceOptions {
  readonly node: NodeId;
  readonly directory: PeerDirectory;
  readonly hub: Hub;
  readonly membership: Membership;
  readonly streams: Streams;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly lifeMs: number;
  readonly renewalMs: number;
  readonly resumeWindowMs: number;
}
