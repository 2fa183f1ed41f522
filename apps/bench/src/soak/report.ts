import { MEASURES } from './measures.ts';
import { sumOf, type Recording } from './recording.ts';
import { SCALES } from './units.ts';
import { SHORTEST_MS, type Finding } from './verdict.ts';

/** The outcome in one line. */
export function headline({ lastedMs, verdict: { outcome } }: Recording): string {
  const minutes = `${+(lastedMs / 60_000).toFixed(1)} minutes of coming and going`;
  if (outcome === 'flat') return `Flat: ${minutes}, and nothing grows`;
  return outcome === 'not-flat' ? `Not flat: ${minutes}` : `Too short to call flat: ${minutes}`;
}

/** What was lived. */
export function workLine({ lives, failed, sockets, options, lastedMs }: Recording): string {
  const perSecond = ((sumOf(lives) * 1_000) / lastedMs).toFixed(1);
  return [
    `${number(sumOf(lives))} pairs (${perSecond} a second), ${number(sumOf(failed))} failed`,
    `${number(sockets)} sockets`,
    `${options.standing} pairs stay throughout`,
    `seed ${options.seed}`,
  ].join(' · ');
}

export function machineLine({ machine, startedAt }: Recording): string {
  const gigabytes = Math.round(machine.memoryBytes / 2 ** 30);
  const { cpu, cores, node, redis } = machine;
  return `3 nodes, their Redis and the pairs on ${cores} × ${cpu}, ${gigabytes} GB · Node ${node} · Redis ${redis} · ${startedAt.slice(0, 10)}`;
}

/** The whole run as text: what was found of each series, and why it is flat or not. */
export function describeRun(recording: Recording): string {
  const { verdict, lives, failed } = recording;
  const kinds = Object.entries(lives).map(([name, count]) => `${name} ${number(count)}`);
  const isShort = recording.lastedMs < SHORTEST_MS;
  return [
    workLine(recording),
    `  ${kinds.join(', ')}`,
    machineLine(recording),
    ...Object.entries(failed).map(([why, count]) => `  failed ${count} times: ${why}`),
    '',
    HEADS.join(' '),
    ...verdict.findings.map(row),
    '',
    ...verdict.reasons.map((reason) => `✗ ${reason}`),
    ...(isShort ? [`Growth is not judged in less than ${SHORTEST_MS / 60_000} minutes.`] : []),
    headline(recording),
  ].join('\n');
}

const HEADS = [
  'second half'.padEnd(34),
  'level'.padStart(9),
  'grew by'.padStart(9),
  'sure of'.padStart(9),
  'at most'.padStart(9),
  'tolerated'.padStart(9),
];

function row({ name, source, level, growth, atLeast, atMost, tolerated, grows }: Finding): string {
  const { title, unit } = MEASURES[name];
  const { divisor, suffix } = SCALES[unit];
  const label = suffix && ` (${suffix.trim()})`;
  const cells = [level, growth, atLeast, atMost, tolerated].map((value) => cell(value / divisor));
  return [`${title}${label}, ${source}`.padEnd(34), ...cells, grows ? ' GROWS' : ''].join(' ').trimEnd();
}

const cell = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '?').padStart(9);
const number = (value: number) => value.toLocaleString('en');
