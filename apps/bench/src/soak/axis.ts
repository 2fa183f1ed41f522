import type { Unit } from './measures.ts';
import { SCALES } from './units.ts';

/** How a vertical axis is labelled. */
export interface Axis {
  /** Its top end, in the unit of the values. */
  readonly most: number;
  /** From zero to the top. */
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** An axis from zero, because what is flat shows only beside the whole; its top is the first round number that is not below the values. */
export function axisFor(most: number, unit: Unit): Axis {
  const { divisor, suffix } = SCALES[unit];
  const top = roundUp(Math.max(most / divisor, MEANT[unit] ?? 0));
  const ticks = [0, top / 2, top].map((value) => ({
    value: value * divisor,
    label: `${value.toLocaleString('en')}${value === top ? suffix : ''}`,
  }));
  return { most: top * divisor, ticks };
}

/** So little is nothing: the axis does not make a mountain of it. */
const MEANT: Partial<Record<Unit, number>> = { count: 4, ms: 10, share: 10 };

/** The first of 1, 2, 4, 6, 8 times a power of ten that is not less: the half of each is short to write. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor =
    [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10].find((candidate) => candidate * power >= value * 0.999) ?? 10;
  return Number((factor * power).toPrecision(3));
}
