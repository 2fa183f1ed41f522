import type { BanRef, Log, Operations, Pseudonyms } from '@parley/core';
import type { OpsAccess } from './ops-access.ts';
import type { OpsRequest } from './ops-server.ts';

/** What operators' calls are answered from. */
export interface OperatorParts {
  readonly operations: Pick<Operations, 'sessions' | 'close' | 'bans' | 'ban' | 'unban'>;
  readonly pseudonyms: Pseudonyms;
  readonly access: Pick<OpsAccess, 'refusalOf'>;
  readonly record: Recorder;
}

/** Writes down what an operator did: one line each. */
export type Recorder = (
  did: 'revealed' | 'closed-session' | 'banned' | 'unbanned' | 'refused',
  request: OpsRequest,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** Whom an operator meant stands in the line as a pseudonym, and the token of neither. */
export function recorder(log: Log, pseudonyms: Pseudonyms): Recorder {
  return (did, { address }, fields) =>
    log.info(
      { event: `operator-${did}`, from: pseudonyms.address(address), ...fields },
      'the operations port was used',
    );
}

/** A user or peer is banned as `realm/id`: the realm is no secret, and the id has the name that it has in every other line. */
export function pseudonymOf({ kind, subject }: BanRef, pseudonyms: Pseudonyms): string {
  const end = subject.indexOf('/');
  const isInRealm = kind === 'user' || kind === 'peer';
  return isInRealm
    ? subject.slice(0, end + 1) + pseudonyms.of(subject.slice(end + 1))
    : pseudonyms.of(subject);
}

/** How ids are called in an answer: by themselves where they are revealed. */
export const namesFor = (isRevealed: boolean, pseudonyms: Pseudonyms) => (id: string) =>
  isRevealed ? id : pseudonyms.of(id);
