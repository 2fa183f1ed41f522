import { isDeepStrictEqual } from 'node:util';
import { MAIL, type NodeId, type RoomId } from '@parley/protocol';
import { roomKey } from '../../keys.ts';
import type { Directory, RoomFacts, RoomSnapshot } from '../../ports/directory.ts';
import { assertionOf, factsOf, FAR_MS, LONG_MS, NODE_1, readingOf, REALM, rowOf } from '../samples.ts';
import { judgeSeats } from './judge.ts';
import { insist, type Law } from './laws.ts';
import { Member } from './member.ts';
import { carryOutOnPeers } from './peer-steps.ts';
import { RoomModel } from './room-model.ts';
import { carryOutOnRoom } from './room-steps.ts';
import type { Span } from './span.ts';
import { type PeerStep, type ReadingStep, type RoomStep, type Step, WHO, type Who } from './steps.ts';

export interface HistorySubject {
  readonly directory: Directory;
  advance(ms: number): Promise<void>;
}

/** Two peers and a room in a directory, beside what they should be. */
export class History {
  readonly key;
  readonly room = new RoomModel();
  readonly #members: ReadonlyMap<Who, Member>;
  readonly #subject: HistorySubject;
  readonly #toleranceMs: number;
  /** The directory's time when it was last heard. */
  nowMs = 0;
  #seen: RoomSnapshot | undefined;
  #facts = factsOf();

  /**
   * @param name of its own, so that several can have one directory
   * @param toleranceMs by how much a directory's clock may be wrong about the end of a key
   */
  constructor(subject: HistorySubject, name: string, toleranceMs: number) {
    this.#subject = subject;
    this.key = roomKey(REALM, `stage-${name}` as RoomId);
    this.#members = new Map(WHO.map((who) => [who, new Member(`${who}-${name}`)]));
    this.#toleranceMs = toleranceMs;
  }

  /** @throws LawBroken, or Unclear if nobody can tell what should have happened */
  async carryOut(step: Step): Promise<void> {
    if (step.kind === 'advance') {
      await this.#subject.advance(step.ms);
      await this.#readTime();
      return this.#look('window');
    }
    if (!this.#seen) {
      await this.#readTime();
      await this.#look('seats');
    }
    if (!('who' in step)) return this.#look((await carryOutOnRoom(this, undefined, step)) ?? 'seats');
    const member = this.member(step.who);
    if (isOfRoom(step)) return this.#look((await carryOutOnRoom(this, member, step)) ?? 'seats');
    await this.#findPeer(member, (await carryOutOnPeers(this, member, step)) ?? 'place');
  }

  /** Everybody who lives comes back, so that nothing that was kept goes unseen. */
  async end(): Promise<void> {
    for (const who of WHO) {
      await this.carryOut({
        kind: 'claim',
        who,
        session: 'next',
        comeback: { as: 'resume', secret: 'proven' },
        isFixed: false,
        isEve: false,
        lifeMs: 400,
        reading: { lost: [], awayMs: 150, mercyMs: LONG_MS },
      });
    }
  }

  get directory(): Directory {
    return this.#subject.directory;
  }

  member(who: Who): Member {
    const member = this.#members.get(who);
    if (!member) throw new Error(`${who} is nobody`);
    return member;
  }

  get members(): Iterable<Member> {
    return this.#members.values();
  }

  /** The room as it was after the last step. */
  get seen(): RoomSnapshot {
    if (!this.#seen) throw new Error('nobody has looked yet');
    return this.#seen;
  }

  /** Of the room that is there, or was the last one. */
  get facts(): RoomFacts {
    return this.#facts;
  }

  readingOf({ lost, awayMs, mercyMs }: ReadingStep) {
    return readingOf({ lost, awayMs, mercyUntilMs: mercyMs === 0 ? 0 : this.nowMs + mercyMs });
  }

  /** Asks, and tells between when and when that was; the models know what time it is by then. */
  async time<T>(ask: () => Promise<T>): Promise<T> {
    const fromMs = this.nowMs;
    const answer = await ask();
    await this.#readTime();
    const now: Span = { fromMs: fromMs - this.#toleranceMs, toMs: this.nowMs + this.#toleranceMs };
    this.room.passTo(now);
    for (const { model } of this.#members.values()) model.passTo(now);
    return answer;
  }

  async #readTime(): Promise<void> {
    this.nowMs = (await this.directory.nodes.beat(rowOf(NODE_1), LONG_MS)).nowMs;
  }

  /** Looks at the room in a way that changes nothing in it. */
  async #look(law: Law): Promise<void> {
    const reading = readingOf({ mercyUntilMs: FAR_MS });
    const onlooker = assertionOf([], { key: this.key, node: 'onlooker' as NodeId, reading });
    const { room } = await this.time(() => this.directory.rooms.assert(onlooker));
    judgeSeats(this.room.seats, room, law);
    for (const { peer, joinedAt } of room.seats) this.room.learn(peer, joinedAt);
    for (const member of this.members) member.sees(room);
    if (room.tag !== '') this.#facts = room;
    this.#seen = room;
  }

  /** Asks where a peer is in a way that changes nothing: with a signal that no mail can hold. */
  async #findPeer(member: Member, law: Law): Promise<void> {
    const { model, key } = member;
    const instance = model.life?.instance ?? member.instance;
    const reading = readingOf({ mercyUntilMs: FAR_MS });
    const request = { key, instance, text: TOO_LONG, reading, notAfterMs: FAR_MS };
    const answer = await this.time(() => this.directory.peers.put(request));
    const life = model.life;
    const here = life && { outcome: 'here', node: life.node, session: life.session };
    const expected = life ? (life.awayUntil ? { outcome: 'full' } : here) : { outcome: 'gone' };
    insist(law, isDeepStrictEqual(answer, expected), { answer, expected });
  }
}

const TOO_LONG = 'x'.repeat(MAIL.maxBytes + 1);

const isOfRoom = (step: PeerStep | RoomStep): step is RoomStep =>
  ['join', 'seat-away', 'seat-resume', 'leave', 'update', 'assert-seats'].includes(step.kind);
