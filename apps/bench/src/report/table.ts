import type { Machine } from '../machine.ts';
import { percentage, readable } from './number.ts';
import type { FigureOutcome, Outcome, Report, Row, Verdict } from './report.ts';

/** From here on the load, and not the server, may be what was measured. */
const SATURATED = 0.9;

/** From here on, in processes that wanted to run, others used the machine when the run began. */
const BUSY_MACHINE = 0.5;

/** The report as text for a terminal. */
export function table(report: Report): string {
  const parts = [
    describe(report),
    ...report.scenarios.map(section),
    ...(report.failures.length > 0 ? [`${report.failures.length} rounds FAILED; the JSON says why`] : []),
    'ratio: Parley beside this row. busy: shares of one core, medians. A load near 100 % was the limit itself (!).',
  ];
  return `${parts.join('\n\n')}\n`;
}

function describe({ startedAt, isQuick, seed, machine }: Report): string {
  const { processor, cores, memoryGb, system, loadBefore, pinning, versions }: Machine = machine;
  return [
    `${startedAt}, seed ${seed}${isQuick ? ', quick: for a look, not for publishing' : ''}`,
    `${processor}, ${cores} cores, ${memoryGb} GB, ${system}, load before ${loadBefore}, pinned: ${pinning}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    ...(loadBefore > BUSY_MACHINE
      ? ['NOT FOR PUBLISHING: something else had the machine when this began']
      : []),
    'Parley: JWT, limits on (wide: all load is of one address), validation, receipts, metrics, Redis',
  ].join('\n');
}

function section({ title, rounds, figures, verdicts }: Outcome): string {
  const heading = `${title} (median of ${rounds})`;
  return [heading, ...figures.map(figureTable), ...verdicts.map(verdictLine)].join('\n');
}

function figureTable({ title, unit, better, rows }: FigureOutcome): string {
  const own = rows.find(({ name }) => name === 'Parley');
  const cells = [
    [
      `  ${title}, ${unit} (${better} is better)`,
      'median',
      'min',
      'max',
      'ratio',
      'servers',
      'redis',
      'load',
    ],
    ...rows.map((row) => rowCells(row, own)),
  ];
  return aligned(cells);
}

function rowCells(row: Row, own: Row | undefined): string[] {
  const { name, median, values, busy } = row;
  const ratio = own && own !== row ? `x ${readable(own.median / median)}` : '';
  const load = `${percentage(busy.load)}${busy.load >= SATURATED ? ' !' : ''}`;
  const numbers = [median, Math.min(...values), Math.max(...values)].map(readable);
  return [`  ${name}`, ...numbers, ratio, percentage(busy.servers), percentage(busy.redis), load];
}

const verdictLine = ({ text, reached, isMet }: Verdict) =>
  `  ${isMet ? 'met   ' : 'MISSED'} ${text}: ${readable(reached)}`;

/** The first column to the left, numbers to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
