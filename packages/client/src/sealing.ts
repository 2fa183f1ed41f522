import type { ConnectOptions, Json, Open, Seal, Signal } from './api.ts';
import { ParleyError } from './error.ts';

/** What makes the signals between two lives in a room unreadable on their way, and readable again. */
export interface Sealing {
  readonly seal: Seal;
  readonly open: Open;
}

/** Makes a {@link Sealing} for each stream, because one may have to remember what it has seen. */
export type SealingMaker = () => Sealing;

/**
 * What the program wants sealed by functions of its own.
 *
 * @throws TypeError if it can seal and not open, or the other way round
 */
export function sealingOf({ seal, open }: ConnectOptions): SealingMaker | undefined {
  if (!seal !== !open) throw new TypeError('seal and open belong together');
  return seal && open && (() => ({ seal, open }));
}

/** Who has the key says nothing in the clear. */
export function sealedIn(signal: Signal): Json {
  const custom = 'custom' in signal ? signal.custom : undefined;
  if (typeof custom === 'object' && custom && 'sealed' in custom) return custom.sealed;
  throw new ParleyError('not-sealed');
}
