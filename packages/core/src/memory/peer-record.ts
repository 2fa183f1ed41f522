import { type InstanceId, MAIL, type RoomId, type UserId } from '@parley/protocol';
import type { Fence } from '../fence.ts';
import type {
  FormerPeer,
  KeptSignal,
  PeerAssertion,
  PeerClaim,
  PeerPlace,
  Reading,
  SecretHash,
} from '../ports/directory.ts';
import { isLost } from './places.ts';

/** A peer as it is kept. */
export interface PeerRecord {
  readonly fence: Fence;
  readonly untilMs: number;
  /** Absent: a tombstone. */
  readonly life?: PeerLife;
}

export interface PeerLife extends PeerPlace {
  readonly instance: InstanceId;
  readonly user?: UserId;
  readonly rooms: readonly RoomId[];
  readonly proven: SecretHash;
  readonly offered: SecretHash;
  /** When its window ends. Absent: it is here. */
  readonly awayUntilMs?: number;
  readonly mail: readonly Letter[];
  /** How many at the head of the mail were handed to this session. */
  readonly handed: number;
}

/** A signal in the mail. */
interface Letter {
  readonly text: string;
  /** How often it was handed to a session. */
  readonly handings: number;
}

/** What this session is refused for: a later one, or its own goodbye. */
export const isSuperseded = (fence: Fence, held: PeerRecord | undefined) =>
  held !== undefined && (held.fence > fence || (held.fence === fence && !held.life));

/** When the window of a peer that is away ends. */
export const windowEndMs = (awayUntilMs: number, { mercyUntilMs }: Reading) =>
  Math.max(awayUntilMs, mercyUntilMs);

/** Whether it was away for too long. */
export const isOver = ({ awayUntilMs }: PeerLife, nowMs: number, reading: Reading) =>
  awayUntilMs !== undefined && windowEndMs(awayUntilMs, reading) <= nowMs;

/** A peer whose node is lost is away, from now on. */
export const seenAway = (life: PeerLife, untilMs: number, nowMs: number, reading: Reading): PeerLife =>
  life.awayUntilMs === undefined && isLost(life.node, untilMs, reading)
    ? { ...life, awayUntilMs: nowMs + reading.awayMs }
    : life;

/** The life of a record, if its window has not ended. What was kept for one that has goes with it. */
export const lifeThatGoesOn = (held: PeerRecord | undefined, nowMs: number, reading: Reading) =>
  held?.life && !isOver(held.life, nowMs, reading) ? held.life : undefined;

/** Whether it has to come back for mail that its last session was not handed. */
export const mailWaits = ({ awayUntilMs, mail, handed }: PeerLife) =>
  awayUntilMs !== undefined && mail.length > handed;

/** What a claim has a right to, if anything: to continue this life, or to begin one, in the place of this one if there is one. */
export function rightOf(
  { comeback, isFixed, user }: PeerClaim,
  life: PeerLife | undefined,
): 'resume' | 'restart' | undefined {
  const isProven = comeback && life && life.user === user && knows(life, comeback.presented);
  if (isProven) return comeback.as;
  return isFixed || (!comeback && !life) ? 'restart' : undefined;
}

const knows = ({ proven, offered }: PeerLife, secret: SecretHash) => secret === proven || secret === offered;

/** The first day of a life. */
export function newLife({ node, session, instance, user, offered }: PeerClaim): PeerLife {
  const secrets = { proven: offered, offered };
  return { node, session, instance, ...(user && { user }), ...secrets, rooms: [], mail: [], handed: 0 };
}

/** The same life, here again if it was away. */
export function here(life: PeerLife): PeerLife {
  const { awayUntilMs: _, ...rest } = life;
  return rest;
}

/** The same life at another session, which is handed all the mail. `isAgain`: it was already, as far as `handed` goes. */
export function continued(
  life: PeerLife,
  { node, session, offered, comeback }: PeerClaim,
  isAgain: boolean,
): PeerLife {
  const alreadyHanded = isAgain ? life.handed : 0;
  const mail = life.mail.map(({ text, handings }, n) => ({
    text,
    handings: n < alreadyHanded ? handings : handings + 1,
  }));
  const proven = comeback?.presented ?? life.proven;
  return { ...here(life), node, session, proven, offered, mail, handed: mail.length };
}

/** Without what was handed to the session that is now known to have it. */
export const confirmed = (life: PeerLife): PeerLife => ({
  ...life,
  proven: life.offered,
  mail: life.mail.slice(life.handed),
  handed: 0,
});

/**
 * The life as its node knows it, here. The mail, which no node knows, is that of the life before if it is the same one.
 * `isAgain`: at the same session.
 */
export function asserted(
  { node, session, instance, user, rooms, proven, offered }: PeerAssertion,
  before: PeerLife | undefined,
  isAgain: boolean,
): PeerLife {
  const known = before?.instance === instance ? before : undefined;
  const handed = isAgain ? (known?.handed ?? 0) : 0;
  const said = { node, session, instance, ...(user && { user }), rooms: [...rooms], proven, offered };
  return { ...said, mail: known?.mail ?? [], handed };
}

export const placeOf = ({ node, session }: PeerPlace): PeerPlace => ({ node, session });

export const formerOf = ({ node, session, instance, rooms }: PeerLife): FormerPeer => ({
  node,
  session,
  instance,
  rooms,
});

export const mailOf = ({ mail }: PeerLife): KeptSignal[] =>
  mail.map(({ text, handings }) => ({ text, mailed: handings - 1 }));

/** Whether there is room in the mail for this signal. */
export function fits(text: string, { mail }: PeerLife): boolean {
  const bytes = mail.reduce((sum, letter) => sum + Buffer.byteLength(letter.text), Buffer.byteLength(text));
  return mail.length < MAIL.maxSignals && bytes <= MAIL.maxBytes;
}
