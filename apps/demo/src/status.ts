import type { LinkState, StateChange } from '@parley/client';

import type { Words } from './words.ts';
import { problemWords, serverWords } from './words.ts';

/** Whether somebody else is in the room. `away`: its connection to the server is gone, and may come back. */
export type Other = 'nobody' | 'here' | 'away' | 'left';

/** All that the picture and the words above it depend on. */
export interface Facts {
  readonly server: StateChange;
  /** Of the room we are in. */
  readonly code: string | undefined;
  readonly other: Other;
  readonly link: LinkState;
  /** Whether the link to the one who is there now has stood before. */
  readonly hasTalked: boolean;
  /** Whether a path has been looked for in vain. */
  readonly hasFailed: boolean;
  /** Whether it leads through a TURN server. */
  readonly isRelayed: boolean;
  /** Why this visit does not go on. */
  readonly end: { readonly code: string; readonly retryAfterMs?: number | undefined } | undefined;
}

/**
 * - `entering`: on the way into a room. `waiting`: alone in it. `connecting`: somebody is there. `no-path`: and no way to it was found.
 * - `connected`: both can talk. `reconnecting`: they could, and soon can again.
 * - `left`: the other one is gone. `ended`: this page is out.
 */
export type Stage =
  | 'entering'
  | 'waiting'
  | 'connecting'
  | 'no-path'
  | 'connected'
  | 'reconnecting'
  | 'left'
  | 'ended';

/** How things stand, in words and for the picture. */
export interface Status extends Words {
  readonly stage: Stage;
  /** Between the two sides: dotted and by way of the server, or solid. */
  readonly line: 'none' | 'asking' | 'through' | 'direct' | 'relayed' | 'broken';
  readonly server: 'sought' | 'reached' | 'lost';
  readonly other: 'absent' | 'here' | 'away';
}

export function statusOf(facts: Facts): Status {
  const stage = stageOf(facts);
  return {
    stage,
    ...wordsOf(stage, facts),
    line: lineOf(stage, facts),
    server: facts.server.state === 'open' ? 'reached' : isSought(facts) ? 'sought' : 'lost',
    other: otherOf(stage, facts),
  };
}

function stageOf({ end, code, other, link, hasTalked, hasFailed }: Facts): Stage {
  // Who talks goes on talking, whatever becomes of the server and the room.
  if (link === 'connected') return 'connected';
  if (end !== undefined) return 'ended';
  if (code === undefined) return 'entering';
  if (other === 'nobody') return 'waiting';
  if (other === 'left') return 'left';
  if (hasTalked) return 'reconnecting';
  return hasFailed ? 'no-path' : 'connecting';
}

/** Whoever can be talked to is there, even if the server no longer knows. */
function otherOf(stage: Stage, { other }: Facts): Status['other'] {
  if (other === 'here' || other === 'away') return other;
  return stage === 'connected' ? 'away' : 'absent';
}

function lineOf(stage: Stage, { isRelayed, server }: Facts): Status['line'] {
  if (stage === 'connected') return isRelayed ? 'relayed' : 'direct';
  if (stage === 'no-path' || stage === 'reconnecting') return 'broken';
  if (server.state !== 'open' || stage === 'ended') return 'none';
  if (stage === 'waiting' || stage === 'left') return 'asking';
  return stage === 'connecting' ? 'through' : 'none';
}

function wordsOf(stage: Stage, facts: Facts): Words {
  if (stage === 'connected') return connectedWords(facts);
  if (facts.end !== undefined && stage === 'ended')
    return problemWords(facts.end.code, facts.end.retryAfterMs);
  if (facts.server.state !== 'open' && !isSought(facts)) return serverWords(facts.server.reason);
  return WORDS[stage];
}

function connectedWords({ server, other, isRelayed, end }: Facts): Words {
  if (server.state !== 'open')
    return {
      title: 'Still connected',
      hint: 'The server is gone, and the two of you are still connected: nothing you say passes through it.',
    };
  if (end !== undefined)
    return {
      title: 'Still connected',
      hint: 'The room has ended, and the two of you are still connected: nothing you say passes through the server.',
    };
  if (isRelayed)
    return {
      title: 'Connected through a relay',
      hint: 'No direct path was found, so a TURN server passes on what it cannot read. Stop the signaling server: you are still connected.',
    };
  if (other !== 'here')
    return {
      title: 'Connected directly',
      hint: 'The other side has lost the server, and not you: you are still connected.',
    };
  return { title: 'Connected directly', hint: 'Stop the server: you are still connected.' };
}

const WORDS: Readonly<Record<Stage, Words>> = {
  entering: { title: 'One moment', hint: 'A room is being made for you.' },
  waiting: {
    title: 'Waiting for the other side',
    hint: 'Scan the code, send the link, or open the other side here.',
  },
  connecting: {
    title: 'Somebody is here',
    hint: 'The two browsers look for a path to each other. Until they have one, they speak through Parley.',
  },
  'no-path': {
    title: 'No path was found',
    hint: 'The networks of the two sides let no direct connection through. They need a relay: a TURN server, which whoever runs Parley can add.',
  },
  connected: { title: 'Connected directly', hint: '' },
  reconnecting: {
    title: 'The connection broke',
    hint: 'A new path is being looked for. What has been said stays here.',
  },
  left: { title: 'The other side has left', hint: 'The code is still good: somebody can join again.' },
  ended: { title: 'This visit has ended', hint: '' },
};

/** On the way, and nothing speaks against arriving yet; or not, because there is nothing to ask for (`idle`). */
function isSought({ server }: Facts): boolean {
  return server.reason === 'idle' || (server.state === 'connecting' && server.reason === undefined);
}
