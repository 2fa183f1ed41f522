import type { Unit } from './measures.ts';

/** How values of each unit are written: divided by this, and then followed by that. */
export const SCALES: Readonly<Record<Unit, { readonly divisor: number; readonly suffix: string }>> = {
  MB: { divisor: 1_048_576, suffix: ' MB' },
  ms: { divisor: 1, suffix: ' ms' },
  share: { divisor: 0.01, suffix: ' %' },
  count: { divisor: 1, suffix: '' },
  perSecond: { divisor: 1, suffix: '/s' },
};
