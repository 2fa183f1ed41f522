import type { Allowed } from './ports/verifier.ts';

/** Whether a token's list allows a name: exactly, or by a `prefix*`. */
export const isAllowed = (allowed: Allowed, name: string): boolean =>
  allowed.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry));
