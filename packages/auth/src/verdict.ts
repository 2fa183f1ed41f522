import type { Verdict } from '@parley/core';
import type { CloseName } from '@parley/protocol';

/** No token, or nothing that looks like one. */
export const MALFORMED: Verdict = { ok: false, kind: 'malformed' };

/** A well-formed token that is not accepted, and the close that says why. */
export function refused(close: CloseName): Verdict {
  return { ok: false, kind: 'refused', close };
}
