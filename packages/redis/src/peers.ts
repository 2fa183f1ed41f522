import {
  type AssertPeerAnswer,
  type ClaimAnswer,
  type KeptSignal,
  type PeerAssertion,
  type PeerClaim,
  type PeerDirectory,
  type PeerKey,
  type PeerPlace,
  type PutAnswer,
  type PutRequest,
  Unavailable,
} from '@parley/core';
import { type InstanceId, MAIL, type NodeId, type RoomId, type SessionId } from '@parley/protocol';

import type { Keys } from './keys.ts';
import { readingArgs } from './reading.ts';
import type { Reply, ScriptName, Scripts } from './scripts.ts';
import { isOutOfMemory } from './unavailable.ts';

export function redisPeers(scripts: Scripts, keys: Keys): PeerDirectory {
  const run = (name: ScriptName, key: PeerKey, args: readonly (string | number)[]) =>
    scripts.run(name, [keys.peer(key), keys.mail(key)], args);

  return {
    async claim(claim) {
      return claimAnswer(await run('claim', claim.key, claimArgs(claim)));
    },
    async confirm(key, fence) {
      await run('confirm', key, [fence]);
    },
    async assert(assertion, reading, notAfterMs) {
      const args = [...assertionArgs(assertion), notAfterMs, ...readingArgs(reading)];
      const [outcome] = await run('assert-peer', assertion.key, args);
      if (outcome === 'late') throw new Unavailable('the assertion came too late');
      return outcome as AssertPeerAnswer;
    },
    async away(assertion, awayMs) {
      const [outcome] = await run('away', assertion.key, [...assertionArgs(assertion), awayMs]);
      return outcome as 'away' | 'superseded';
    },
    async abandon(key, fence, awayMs) {
      await scripts.run('abandon', keys.peer(key), [fence, awayMs]);
    },
    async put(request) {
      try {
        return putAnswer(await run('put', request.key, putArgs(request)));
      } catch (failure) {
        // A Redis that is full has not begun the script, so this is certain: nothing was kept.
        if (isOutOfMemory(failure)) return { outcome: 'full' };
        throw failure;
      }
    },
    async bye(key, fence) {
      await run('bye', key, [fence]);
    },
  };
}

function claimArgs({ comeback, ...claim }: PeerClaim): (string | number)[] {
  const { notAfterMs, node, session, fence, user = '', lifeMs, instance, offered, isFixed, reading } = claim;
  const own = [notAfterMs, node, session, fence, user, lifeMs, instance, offered, isFixed ? 1 : 0];
  return [...own, comeback?.as ?? '', comeback?.presented ?? '', ...readingArgs(reading)];
}

function assertionArgs(assertion: PeerAssertion): (string | number)[] {
  const { node, session, fence, user = '', lifeMs, instance, proven, offered, rooms } = assertion;
  return [node, session, fence, user, lifeMs, instance, proven, offered, rooms.join(' ')];
}

function putArgs({ notAfterMs, instance, text, reading }: PutRequest): (string | number)[] {
  return [notAfterMs, instance, text, MAIL.maxSignals, MAIL.maxBytes, ...readingArgs(reading)];
}

function claimAnswer(reply: Reply): ClaimAnswer {
  const outcome = reply[0] as ClaimAnswer['outcome'];
  if (outcome === 'resumed') return resumed(reply);
  if (outcome !== 'claimed' || reply.length === 1) return { outcome };
  const [, node, session, instance, rooms] = reply;
  const life = { instance: instance as InstanceId, rooms: roomsIn(rooms) };
  return { outcome, former: { ...placeOf(node, session), ...life } };
}

function resumed([, instance, rooms, node, session, ...letters]: Reply): ClaimAnswer {
  const mail: KeptSignal[] = [];
  for (let at = 0; at < letters.length; at += 2)
    mail.push({ text: String(letters[at]), mailed: Number(letters[at + 1]) });
  const life = { instance: instance as InstanceId, rooms: roomsIn(rooms), mail };
  return { outcome: 'resumed', ...life, ...(node && { former: placeOf(node, session) }) };
}

function putAnswer([outcome, second, third]: Reply): PutAnswer {
  if (outcome === 'kept') return { outcome, forMs: Number(second) };
  if (outcome === 'here') return { outcome, ...placeOf(second, third) };
  return { outcome: outcome as 'full' | 'gone' | 'late' };
}

/** No id holds a space. */
const roomsIn = (words: Reply[number] | undefined) => String(words).split(' ').filter(Boolean) as RoomId[];

const placeOf = (node: Reply[number] | undefined, session: Reply[number] | undefined): PeerPlace => ({
  node: node as NodeId,
  session: session as SessionId,
});
