import type { TokenVerifier } from '@parley/core';

import { MALFORMED } from './verdict.ts';

/**
 * Several verifiers as one: the first that takes the token for one of its kind decides, and what it says is final. So an
 * expired JWT, or one whose keys cannot be had now, is not tried as something lesser. Without a token, only {@link openVerifier} lets anybody in; it takes any
 * token for its own, and therefore stands last.
 */
export function anyOf(verifiers: readonly TokenVerifier[]): TokenVerifier {
  return {
    async verify(token) {
      for (const verifier of verifiers) {
        const verdict = await verifier.verify(token);
        if (verdict.ok || verdict.kind !== 'malformed') return verdict;
      }
      return MALFORMED;
    },
  };
}
