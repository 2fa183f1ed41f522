import type { RoomId } from '@parley/protocol';
import { FAR_MS } from '../samples.ts';
import type { History } from './history.ts';
import { judgeClaim, judgeOwner, judgePut } from './judge.ts';
import type { Law } from './laws.ts';
import { type Member, type Session, statementOf } from './member.ts';
import type { ClaimStep, PeerStep } from './steps.ts';

type PutStep = Extract<PeerStep, { kind: 'put' }>;
type SessionStep = Exclude<PeerStep, ClaimStep | PutStep>;

/** Carries out what happens to a peer, there and in its model; answers which law is broken if it is not where it should be. */
export async function carryOutOnPeers(
  history: History,
  member: Member,
  step: PeerStep,
): Promise<Law | undefined> {
  switch (step.kind) {
    case 'claim':
      return claim(history, member, step);
    case 'put':
      return put(history, member, step);
    default: {
      const session = member.session(step.back);
      return session && say(history, member, session, step);
    }
  }
}

async function claim(history: History, member: Member, step: ClaimStep): Promise<Law | undefined> {
  const request = member.nextClaim(step, history.readingOf(step.reading), history.nowMs);
  const answer = await history.time(() => history.directory.peers.claim(request));
  judgeClaim(member.model.claim(request), answer);
  member.hears(request, answer);
  return answer.outcome === 'unproven' ? 'unproven' : undefined;
}

async function put(history: History, member: Member, step: PutStep): Promise<undefined> {
  const request = {
    key: member.key,
    instance: (step.isForFormerLife && member.formerInstance) || member.instance,
    text: member.nextText(step.bytes),
    reading: history.readingOf(step.reading),
    notAfterMs: FAR_MS,
  };
  const answer = await history.time(() => history.directory.peers.put(request));
  judgePut(member.model.put(request), answer);
}

/** What the node of a session says of it. */
async function say(
  history: History,
  member: Member,
  session: Session,
  step: SessionStep,
): Promise<Law | undefined> {
  const { key, model } = member;
  const { peers } = history.directory;
  const { fence, offered } = session.claim;
  const law = (model.owner ?? '') > fence ? 'oldEnd' : undefined;
  switch (step.kind) {
    case 'confirm':
      await history.time(() => peers.confirm(key, fence));
      model.confirm(fence, offered);
      session.proven = offered;
      member.isHeard(session);
      return law;
    case 'assert': {
      session.rooms = session.seat ? ['stage' as RoomId] : [];
      const statement = statementOf(session, step.lifeMs);
      const reading = history.readingOf(step.reading);
      const answer = await history.time(() => peers.assert(statement, reading, Infinity));
      judgeOwner(model.assert(statement, reading), answer);
      return law;
    }
    case 'away': {
      const statement = statementOf(session, step.lifeMs);
      const answer = await history.time(() => peers.away(statement, step.awayMs));
      judgeOwner(model.away(statement, step.awayMs), answer);
      return law;
    }
    case 'abandon':
      await history.time(() => peers.abandon(key, fence, step.awayMs));
      model.abandon(fence, step.awayMs);
      return law;
    case 'bye':
      await history.time(() => peers.bye(key, fence));
      model.bye(fence);
      return law;
  }
}
