import { type Outgoing, writeSubprotocols } from '@parley/protocol';

import type { ConnectOptions, RawClient } from '../../support/client.ts';
import { signalTo } from './answers.ts';

/** What a client shows to go on as who another one was. */
export const resuming = ({ welcome: { resume } }: RawClient): ConnectOptions => ({
  subprotocols: writeSubprotocols({ resume }),
});

/** Everything that a client was told of another one's coming and going since it came itself, in few words. */
export function newsOf({ received }: RawClient, { welcome: { peer } }: RawClient): string[] {
  return received.flatMap((message) => {
    if (!NEWS.has(message.type) || !('peer' in message) || message.peer !== peer) return [];
    return message.type === 'peer-left' ? `peer-left ${message.reason}` : message.type;
  });
}

const NEWS: ReadonlySet<Outgoing['type']> = new Set(['peer-joined', 'peer-away', 'peer-back', 'peer-left']);

/** The same since a moment: what was told before it is not told again. */
export function newsSince(witness: RawClient, about: RawClient): () => string[] {
  const told = newsOf(witness, about).length;
  return () => newsOf(witness, about).slice(told);
}

/** Sends each of these as a signal, all at once; resolves with what became of them, in the same order. */
export function sendAll(
  from: RawClient,
  to: RawClient,
  room: string,
  what: readonly (string | number)[],
): Promise<Outgoing[]> {
  return Promise.all(what.map((custom) => from.request(signalTo(to, room, custom))));
}

/** What became of signals, in few words: the type of the answer, or the code of the error. */
export const outcomes = (answers: readonly Outgoing[]) =>
  answers.map((answer) => (answer.type === 'error' ? answer.code : answer.type));

/** The numbers from the first to the last. */
export const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** So often the same word. */
export const times = (count: number, word: string) => Array.from({ length: count }, () => word);
