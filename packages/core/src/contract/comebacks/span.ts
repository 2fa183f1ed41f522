/** A time as well as it is known from outside: between these two. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Nobody can tell from outside whether this time had come. */
export class Unclear extends Error {}

export const exactly = (ms: number): Span => ({ fromMs: ms, toMs: ms });

export const after = ({ fromMs, toMs }: Span, ms: number): Span => ({ fromMs: fromMs + ms, toMs: toMs + ms });

export const laterOf = (a: Span, b: Span): Span => ({
  fromMs: Math.max(a.fromMs, b.fromMs),
  toMs: Math.max(a.toMs, b.toMs),
});

export const earlierOf = (a: Span, b: Span): Span => ({
  fromMs: Math.min(a.fromMs, b.fromMs),
  toMs: Math.min(a.toMs, b.toMs),
});

/** @throws Unclear */
export function hasCome(time: Span, now: Span): boolean {
  if (time.toMs <= now.fromMs) return true;
  if (time.fromMs > now.toMs) return false;
  throw new Unclear();
}

export const isWithin = (ms: number, { fromMs, toMs }: Span) => fromMs <= ms && ms <= toMs;
