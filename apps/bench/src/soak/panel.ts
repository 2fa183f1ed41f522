import { axisFor } from './axis.ts';
import { MEASURES, type MeasureName, type Point, type Series } from './measures.ts';
import type { Finding } from './verdict.ts';
import { element, round, text } from '../xml.ts';

/** What every panel of a picture has in common. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** The right end of the time axis, in milliseconds. */
  readonly endMs: number;
  /** Before it a run warms up. */
  readonly warmUntilMs: number;
  /** From here on nobody comes any more. */
  readonly quietFromMs: number;
  /** Whether growth was judged at all. */
  readonly isJudged: boolean;
}

/** Of the plot within its panel: room for labels to the left, the title above, minutes below. */
const INSET = { left: 48, top: 24, bottom: 20, right: 8 } as const;

/** One measure over time: a line for each node, or one for Redis. */
export function panelOf(
  name: MeasureName,
  series: readonly Series[],
  findings: readonly Finding[],
  frame: Frame,
): string {
  const { title, unit } = MEASURES[name];
  const plot = {
    left: INSET.left,
    right: frame.width - INSET.right,
    top: INSET.top,
    bottom: frame.height - INSET.bottom,
  };
  const axis = axisFor(
    Math.max(...series.flatMap(({ points }) => points.map(({ value }) => value)), 0),
    unit,
  );
  const x = (atMs: number) => plot.left + (atMs / frame.endMs) * (plot.right - plot.left);
  const y = (value: number) => plot.bottom - (value / axis.most) * (plot.bottom - plot.top);
  const shade = (className: string, fromMs: number, toMs: number) =>
    element('rect', {
      class: className,
      x: round(x(fromMs)),
      y: plot.top,
      width: round(x(toMs) - x(fromMs)),
      height: plot.bottom - plot.top,
    });
  return [
    shade('warm', 0, frame.warmUntilMs),
    shade('quiet', frame.quietFromMs, frame.endMs),
    ...axis.ticks.flatMap(({ value, label }) => [
      element('path', { class: 'grid', d: `M${plot.left} ${round(y(value))}H${plot.right}` }),
      text('tick end', plot.left - 5, y(value) + 3.5, label),
    ]),
    ...minuteTicks(frame).map(({ atMs, label }) => text('tick mid', x(atMs), frame.height - 5, label)),
    text('name', plot.left, 14, title),
    change(name, findings, frame),
    ...series.map(({ source, points }) =>
      element('path', { class: classOf(source), d: lineThrough(points, x, y) }),
    ),
  ].join('');
}

/** `node 1` is drawn as `line node-1`. */
const classOf = (source: string) => `line ${source.replace(' ', '-')}`;

/** Each point relative to the one before, in tenths: a picture is half as large so. */
function lineThrough(
  points: readonly Point[],
  x: (atMs: number) => number,
  y: (value: number) => number,
): string {
  let [fromX, fromY] = [0, 0];
  return points
    .map(({ atMs, value }, index) => {
      const [toX, toY] = [Math.round(x(atMs) * 10), Math.round(y(value) * 10)];
      const step = `${(toX - fromX) / 10},${(toY - fromY) / 10}`;
      [fromX, fromY] = [toX, toY];
      return index === 0 ? `M${step}l` : step;
    })
    .join(' ');
}

/** By how much the series that grew most did so in the judged half. */
function change(name: MeasureName, findings: readonly Finding[], { width, isJudged }: Frame): string {
  const own = findings.filter((finding) => finding.name === name);
  const worst = own.toSorted((one, other) => other.growth / other.tolerated - one.growth / one.tolerated)[0];
  if (!worst || !isJudged) return '';
  const place = width - INSET.right;
  if (own.some(({ grows }) => grows)) return text('grows end', place, 14, `▲ ${percentOf(worst) || 'grows'}`);
  // More than is tolerated, but nobody can be sure of it.
  if (worst.growth > worst.tolerated) return text('tick end', place, 14, `noise ${percentOf(worst)}`);
  return text('flat end', place, 14, `flat ${percentOf(worst)}`);
}

function percentOf({ growth, level }: Finding): string {
  if (level < 0.01) return '';
  const percent = (growth / level) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

function minuteTicks({ endMs, quietFromMs }: Frame): { atMs: number; label: string }[] {
  const minutes = quietFromMs / 60_000;
  const ticks = [0, minutes / 2, minutes].map((at) => ({ atMs: at * 60_000, label: `${+at.toFixed(1)}` }));
  const [last] = ticks.slice(-1);
  if (last && endMs > 0) last.label += ' min';
  return ticks;
}
