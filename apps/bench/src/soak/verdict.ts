import {
  MEASURES,
  seriesOf,
  type Measure,
  type MeasureName,
  type Point,
  type Sample,
  type Series,
} from './measures.ts';
import { trendOf, type Trend } from './trend.ts';
import { SCALES } from './units.ts';

/** What is judged: everything that was seen, and what was lived meanwhile. */
export interface Evidence {
  /** While pairs came and went. */
  readonly samples: readonly Sample[];
  /** Of the churn, in milliseconds. */
  readonly lastedMs: number;
  readonly lives: number;
  /** Lives that did not go as they should. */
  readonly failedLives: number;
  /** What was still there when everything should have lapsed. */
  readonly left: readonly string[];
}

/** How one series went after the warm-up. */
export interface Finding extends Trend {
  readonly name: MeasureName;
  readonly source: string;
  /** More than this would be too much. */
  readonly tolerated: number;
  readonly grows: boolean;
}

/** `too-short`: nothing was found, but there was no time to find it. */
export interface Verdict {
  readonly outcome: 'flat' | 'not-flat' | 'too-short';
  /** Why it is not flat; one sentence each. */
  readonly reasons: readonly string[];
  readonly findings: readonly Finding[];
}

/** What a run must last at least for its slopes to mean anything: what lapses does so many times over in each half. */
export const SHORTEST_MS = 600_000;

/** The first part of a run only warms up: heaps grow to their size, code is compiled, the first entries lapse. */
export const WARM_UP_SHARE = 0.5;

/** A busy machine may fail one life in so many. */
const LIVES_PER_FAILURE = 1_000;

/**
 * Flat or not. The first half of the run is warm-up. A series of the second half *grows* when its slope is above zero for sure
 * (see {@link trendOf}: by 99.9 %), and adds more than is tolerated of its measure. A run is flat when no series grows, hardly a
 * life failed, and nothing was left when all had gone.
 */
export function judge(evidence: Evidence): Verdict {
  const { samples, lastedMs } = evidence;
  const findings = seriesOf(samples).map((series) => findingOf(series, lastedMs * WARM_UP_SHARE));
  const isLong = lastedMs >= SHORTEST_MS;
  const growing = isLong ? findings.filter(({ grows }) => grows) : [];
  const reasons = [...growing.map(growthReason), ...livesReason(evidence), ...leftReason(evidence)];
  const outcome = reasons.length > 0 ? 'not-flat' : isLong ? 'flat' : 'too-short';
  return { outcome, reasons, findings };
}

function findingOf({ name, source, points }: Series, warmUntilMs: number): Finding {
  const { tolerated: limit, isHighWater, ...measure }: Measure = MEASURES[name];
  // From the very beginning: what was high before it was warm, and given back since, may be taken again.
  const judged = (isHighWater ? highWater(points) : points).filter(({ atMs }) => atMs >= warmUntilMs);
  const trend = trendOf(judged, measure);
  const tolerated = Math.max(limit.amount, limit.share * trend.level);
  const grows = trend.atLeast > 0 && trend.growth > tolerated;
  return { name, source, ...trend, tolerated, grows };
}

/** At each point the highest value so far. */
function highWater(points: readonly Point[]): Point[] {
  let highest = -Infinity;
  return points.map(({ atMs, value }) => ({ atMs, value: (highest = Math.max(highest, value)) }));
}

function growthReason({ name, source, growth, level }: Finding): string {
  const percent = level === 0 ? '' : ` (${((growth / level) * 100).toFixed(1)} %)`;
  const { title, unit } = MEASURES[name];
  const { divisor, suffix } = SCALES[unit];
  return `${title} of ${source} grew by ${+(growth / divisor).toPrecision(3)}${suffix}${percent}.`;
}

function livesReason({ lives, failedLives }: Evidence): string[] {
  return failedLives > lives / LIVES_PER_FAILURE
    ? [`${failedLives} lives failed, and ${lives} did not.`]
    : [];
}

function leftReason({ left }: Evidence): string[] {
  return left.length > 0 ? [`When everybody had left, there remained: ${left.join(', ')}.`] : [];
}
