import type { Point } from './measures.ts';

/** How a series went, from the beginning to the end of what was looked at; everything in its own unit. */
export interface Trend {
  /** The median. */
  readonly level: number;
  /** What the most likely slope adds over the whole stretch. */
  readonly growth: number;
  /** The slope is known only so well: it adds at least this, and at most that. */
  readonly atLeast: number;
  readonly atMost: number;
}

export interface TrendOptions {
  /** Look at the low points only: see `Measure.isSawtooth`. */
  readonly isSawtooth?: boolean;
}

/**
 * The slope against the noise: the median of the slopes between any two points (Theil 1950, Sen 1968), and its interval at
 * 99.9 % to each side (Gilbert 1987, 16.5: the test of Mann and Kendall read backwards). A few wild points move neither, and a
 * single step is no slope.
 *
 * The stretch is first cut into {@link SEGMENTS} of equal length, each condensed into its mean (of a sawtooth: its least).
 * Neighbours in time are alike, which the test must not take for a trend; whole segments hardly are.
 */
export function trendOf(points: readonly Point[], { isSawtooth = false }: TrendOptions = {}): Trend {
  const [first, last] = [points.at(0), points.at(-1)];
  const spanMs = first && last ? last.atMs - first.atMs : 0;
  if (spanMs === 0) return { level: first?.value ?? 0, growth: 0, atLeast: -Infinity, atMost: Infinity };
  const condensed = segmentsOf(points, spanMs).map((segment) => condense(segment, isSawtooth));
  const slopes = condensed
    .flatMap((one, index) =>
      condensed.slice(index + 1).map((other) => (other.value - one.value) / (other.atMs - one.atMs)),
    )
    .toSorted((one, other) => one - other);
  const doubt = doubtfulPairs(condensed.length);
  return {
    level: median(condensed.map(({ value }) => value)),
    growth: median(slopes) * spanMs,
    atLeast: (slopes[Math.floor((slopes.length - doubt) / 2) - 1] ?? -Infinity) * spanMs,
    atMost: (slopes[Math.ceil((slopes.length + doubt) / 2)] ?? Infinity) * spanMs,
  };
}

const SEGMENTS = 16;
/** Standard deviations that leave 0.1 % beyond them on one side. */
const SURE = 3.09;

/** By how many of its pairs a series without any trend may seem to rise or fall. */
const doubtfulPairs = (count: number) => SURE * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);

function segmentsOf(points: readonly Point[], spanMs: number): Point[][] {
  const fromMs = points.at(0)?.atMs ?? 0;
  const segments: Point[][] = Array.from({ length: SEGMENTS }, () => []);
  for (const point of points) {
    const place = Math.floor(((point.atMs - fromMs) / spanMs) * SEGMENTS);
    segments[Math.min(place, SEGMENTS - 1)]?.push(point);
  }
  return segments.filter(({ length }) => length > 0);
}

function condense(segment: readonly Point[], isSawtooth: boolean): Point {
  const values = segment.map(({ value }) => value);
  return {
    atMs: mean(segment.map(({ atMs }) => atMs)),
    value: isSawtooth ? Math.min(...values) : mean(values),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return below === undefined || above === undefined ? 0 : (below + above) / 2;
}
