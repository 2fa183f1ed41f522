import type { NodeId, SessionId } from '@parley/protocol';
import type { ReplacedEnvelope } from './envelope.ts';
import type { Hub } from './hub.ts';
import { peerKey } from './keys.ts';
import type { Member } from './member.ts';
import type { Random, Clock } from './ports/clock.ts';
import type { ClaimAnswer, PeerDirectory } from './ports/directory.ts';
import { Renewals } from './renewals.ts';
import type { Streams } from './streams.ts';
import type { Writer } from './writer.ts';

/** The claims of this node's sessions to speak for their peers: made when they connect, renewed, released. */
export class Presence {
  readonly #renewals: Renewals<SessionId>;
  readonly #options: PresenceOptions;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#renewals = new Renewals(options, (session) => void this.#renew(session));
  }

  /** `superseded`: a later session speaks for this peer. Rejects with `Unavailable`; then the claim is undone. */
  async claim(member: Member): Promise<ClaimAnswer['outcome']> {
    const key = peerKey(member.realm, member.peer);
    const answer = await this.#options.writer.ask(
      key,
      () => this.#claim(member),
      () => this.#options.directory.bye(key, member.fence),
    );
    if (answer.outcome === 'claimed') {
      if (!member.ended) this.#renewals.plan(member.session);
      if (answer.former) this.#replace(member, answer.former.node, answer.former.session);
    }
    return answer.outcome;
  }

  /** Gives the claim back, however long it takes. */
  async release(member: Member): Promise<void> {
    this.#renewals.delete(member.session);
    const key = peerKey(member.realm, member.peer);
    await this.#options.writer.insist(key, () => this.#options.directory.bye(key, member.fence));
  }

  /** Asserts every claim, not all at once. */
  assertAll(): void {
    this.#renewals.all();
  }

  /** A later claim was made at another node. */
  replaced({ session, by }: ReplacedEnvelope): void {
    const member = this.#options.hub.get(session);
    if (member && member.fence < by) member.close('replaced');
  }

  stop(): void {
    this.#renewals.stop();
  }

  get renewalsForTesting(): number {
    return this.#renewals.size;
  }

  #claim({ realm, peer, session, instance, fence }: Member): Promise<ClaimAnswer> {
    const { directory, node, lifeMs } = this.#options;
    return directory.claim({ key: peerKey(realm, peer), node, session, instance, fence, lifeMs });
  }

  #replace(member: Member, node: NodeId, session: SessionId): void {
    const envelope: ReplacedEnvelope = {
      kind: 'replaced',
      peer: peerKey(member.realm, member.peer),
      session,
      by: member.fence,
    };
    if (node === this.#options.node) this.replaced(envelope);
    else this.#options.streams.tell(node, envelope);
  }

  async #renew(session: SessionId): Promise<void> {
    const member = this.#options.hub.get(session);
    if (!member || member.ended) return;
    try {
      const { outcome } = await this.#options.writer.ask(peerKey(member.realm, member.peer), () =>
        this.#claim(member),
      );
      if (outcome === 'superseded') member.close('replaced');
      else if (!member.ended) this.#renewals.plan(session);
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
  readonly streams: Streams;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly lifeMs: number;
  readonly renewalMs: number;
}
