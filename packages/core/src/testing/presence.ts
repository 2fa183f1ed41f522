import type { SessionId } from '@parley/protocol';
import type { Hub } from '../hub.ts';
import { peerKey } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import type { ClaimAnswer, PeerAssertion, PeerDirectory, SecretHash } from '../ports/directory.ts';
import { Presence } from '../presence.ts';
import { Puppet } from './puppet.ts';
import { AWAY_MS, type Ground, World } from './world.ts';

export const LIFE_MS = AWAY_MS + LIMITS.lifeBeyondResumeMs;

/** A node with its claims. */
export interface Place {
  readonly ground: Ground;
  readonly presence: Presence;
  readonly members: Map<SessionId, Puppet>;
  /** What the directory did not have. */
  readonly restored: string[];
}

/** Two nodes, and sessions that claim peers there. */
export async function start() {
  const world = new World();
  const [a, b] = [await place(world, 'node-a'), await place(world, 'node-b')];
  await world.clock.advance(LIMITS.beatIntervalMs);

  async function claimed({ presence, members }: Place, member: Puppet): Promise<ClaimAnswer> {
    members.set(member.session, member);
    const claiming = presence.claim(member);
    claiming.catch(() => {});
    await world.clock.advance(10);
    return claiming;
  }

  /** A session claims its peer, and whoever had it is told. */
  async function claim(at: Place, member: Puppet): Promise<ClaimAnswer['outcome']> {
    const answer = await claimed(at, member);
    if (answer.outcome === 'claimed' && answer.former) at.presence.replace(member, answer.former);
    await world.clock.advance(10);
    return answer.outcome;
  }

  /** The `n`-th session of a peer comes with a secret. */
  function comeback(at: Place, { peer }: Puppet, presented: SecretHash, n = 2): Promise<ClaimAnswer> {
    const later = new Puppet(peer, n);
    return claimed(at, Object.assign(later, { comeback: { as: 'resume' as const, presented } }));
  }

  return { world, a, b, claim, comeback };
}

async function place(world: World, name: string): Promise<Place> {
  const ground = await world.ground(name).start();
  const { node, membership, streams, writer, clock, random, metrics, gate, news } = ground;
  const members = new Map<SessionId, Puppet>();
  const restored: string[] = [];
  const presence = new Presence({
    node,
    membership,
    streams,
    writer,
    clock,
    random,
    metrics: { ...metrics, restored: (what) => void restored.push(what) },
    directory: gate.over<PeerDirectory>(world.directory.peers),
    hub: { get: (session: SessionId) => members.get(session) } as unknown as Hub,
    lifeMs: LIFE_MS,
    renewalMs: LIMITS.renewalIntervalMs,
    resumeWindowMs: AWAY_MS,
  });
  news.replaced = (envelope) => presence.replaced(envelope);
  return { ground, presence, members, restored };
}

export const keyOf = ({ realm, peer }: Puppet) => peerKey(realm, peer);

/** What the directory says to the very claim that this member made. */
export function claimAgain({ directory }: World, { ground }: Place, member: Puppet): Promise<ClaimAnswer> {
  const { session, instance, fence, offered } = member;
  return directory.peers.claim({
    key: keyOf(member),
    node: ground.node,
    session,
    instance,
    fence,
    offered,
    isFixed: true,
    lifeMs: 1,
    reading: ground.membership.reading(LIFE_MS),
    notAfterMs: Infinity,
  });
}

/** All that a member says of itself. */
export function statementOf({ ground }: Place, member: Puppet): PeerAssertion {
  const { session, instance, fence, offered, presented } = member;
  const about = { session, instance, fence, offered, proven: presented ?? offered };
  return { key: keyOf(member), node: ground.node, rooms: [], lifeMs: LIFE_MS, ...about };
}

/** Lets time pass until it is done. */
export async function put(world: World, doing: Promise<void>): Promise<void> {
  await world.clock.advance(3_000);
  await doing;
}
