import type { SessionId } from '@parley/protocol';

/**
 * Which of two claims to one peer is the later: when the node accepted the upgrade, in microseconds of the directory's time, then
 * the session. Sixteen digits and a hexadecimal session id, so that text order is the order, in JavaScript as in Lua under
 * any locale.
 */
export type Fence = string & { readonly __brand: 'Fence' };

export const fenceOf = (openedAtUs: number, session: SessionId) =>
  `${Math.max(0, Math.round(openedAtUs)).toString().padStart(16, '0')}.${session}` as Fence;
