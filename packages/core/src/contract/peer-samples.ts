import { peerKey } from '../keys.ts';
import type { PeerAssertion, PeerClaim, PeerDirectory, PutRequest, SecretHash } from '../ports/directory.ts';
import { asPeer, claimOf, FAR_MS, LONG_MS, NODE_1, readingOf, REALM } from './samples.ts';

export const keyOf = (peer: string) => peerKey(REALM, asPeer(peer));

/** Of the secret that the peer's session `at` was given. */
export const secretOf = (peer: string, at = 1) => `secret-of-${peer}-${at}` as SecretHash;

/** With the secret that session `at` was given. */
export const comebackOf = (peer: string, at: number, as: 'resume' | 'restart' = 'resume') => ({
  as,
  presented: secretOf(peer, at),
});

type Saying<T> = Partial<T> & { readonly at?: number };

/** A claim at node 1 by session `at`, whose credential names no peer: it may only have what is nobody's, or what it proves. */
export function peerClaimOf(peer: string, { at = 1, ...more }: Saying<PeerClaim> = {}): PeerClaim {
  return {
    ...statementOf(peer, at),
    offered: secretOf(peer, at),
    isFixed: false,
    reading: readingOf(),
    notAfterMs: FAR_MS,
    ...more,
  };
}

/** What node 1 says of session `at`, which began this life. */
export function peerAssertionOf(
  peer: string,
  { at = 1, ...more }: Saying<PeerAssertion> = {},
): PeerAssertion {
  const secrets = { proven: secretOf(peer, at), offered: secretOf(peer, at) };
  return { ...statementOf(peer, at), rooms: [], ...secrets, ...more };
}

/** A signal for the life of the peer that began with session `at`. */
export function putOf(peer: string, text: string, { at = 1, ...more }: Saying<PutRequest> = {}): PutRequest {
  const { instance } = claimOf(peer, { at });
  return { key: keyOf(peer), instance, text, reading: readingOf(), notAfterMs: FAR_MS, ...more };
}

/**
 * What session `at` is handed when it comes with the secret of an earlier one: texts, and how often each was handed before. Fails
 * the test when it may not come back.
 */
export async function fetchMail(
  peers: PeerDirectory,
  peer: string,
  at: number,
  withSecretOf: number,
  more: Partial<PeerClaim> = {},
): Promise<string[]> {
  const comeback = comebackOf(peer, withSecretOf);
  const answer = await peers.claim(peerClaimOf(peer, { at, comeback, ...more }));
  if (answer.outcome !== 'resumed') throw new Error(`expected to resume, but: ${answer.outcome}`);
  return answer.mail.map(({ text, mailed }) => `${text} ${mailed}`);
}

function statementOf(peer: string, at: number) {
  const { user, instance, session, fence } = claimOf(peer, { at });
  return { key: keyOf(peer), node: NODE_1, session, fence, instance, ...(user && { user }), lifeMs: LONG_MS };
}
