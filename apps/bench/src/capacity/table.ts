import type { Costs, Habits } from './costs.ts';
import { capacityFor, fullest, socketsAtWall, type Capacity, type Filled } from './model.ts';

/** The sizes that are asked for. */
export const SIZES = [100_000, 1_000_000, 10_000_000] as const;

/** Each row of the table: what it is called, and what stands in it for one size. */
const ROWS: readonly (readonly [name: string, cell: (capacity: Capacity) => string])[] = [
  ['Pairings a second', ({ pairingsPerSecond }) => whole(pairingsPerSecond)],
  ['Connects a second', ({ connectsPerSecond }) => whole(connectsPerSecond)],
  ['Nodes', ({ nodes }) => whole(nodes)],
  ['… decided by', ({ decidesNodes }) => decidesNodes],
  ['… and then full', ({ ofNodes }) => fullCell(ofNodes)],
  ['Signals that go between nodes', ({ remoteShare }) => percent(remoteShare)],
  ['Bandwidth to clients', ({ clientBitsPerSecond }) => bits(clientBitsPerSecond)],
  ['Redis memory', ({ redisBytes }) => bytes(redisBytes)],
  ['Redis commands a second', ({ commandsPerSecond }) => whole(commandsPerSecond)],
  ['PUBLISH a second', ({ publishesPerSecond }) => whole(publishesPerSecond)],
  ['Bandwidth of Redis', ({ redisBitsPerSecond }) => bits(redisBitsPerSecond)],
  ['Redis shards', ({ shards }) => whole(shards)],
  ['… decided by', ({ decidesShards }) => decidesShards],
  ['… and then full', ({ ofShards }) => fullCell(ofShards)],
  ['Saturates first', ({ first }) => `${first.what} (${percent(first.full)} full)`],
  ['What more machines do not cure', ({ walls }) => wallCell(walls)],
];

/** The model for {@link SIZES} as a Markdown table, with what it rests on above and where it ends below. */
export function capacityTable(costs: Costs, habits: Habits): string {
  const columns = SIZES.map((size) => capacityFor(size, habits, costs));
  const head = ['Sockets', ...SIZES.map(whole)];
  const rows = ROWS.map(([name, cell]) => [name, ...columns.map(cell)]);
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  const wall = socketsAtWall(habits, costs);
  return [
    `Each socket takes part in ${habits.pairingsPerSocketHour} pairings an hour, of ${habits.signalsPerPairing} signals, and stays ${habits.sessionMinutes} minutes.`,
    `Costs: ${costs.source}`,
    '',
    ...[head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    wall === undefined
      ? 'Nothing in this model keeps a cluster from having a billion sockets.'
      : `Beyond about ${whole(Number(wall.toPrecision(2)))} sockets the model does not hold, however many machines there are.`,
  ].join('\n');
}

function wallCell(walls: Capacity['walls']): string {
  const { what, full } = fullest(walls);
  return `${what} (${percent(full)} full)`;
}

const fullCell = (all: readonly Filled[]) =>
  all.map(({ what, full }) => `${what.split(' ')[0]} ${percent(full)}`).join(', ');

const whole = (value: number) =>
  (value < 10 ? Number(value.toFixed(1)) : Math.round(value)).toLocaleString('en');
const percent = (share: number) => `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))} %`;
const bytes = (value: number) => scaled(value, [' MB', ' GB', ' TB'], 2 ** 20, 1_024);
const bits = (value: number) => scaled(value, [' Mbit/s', ' Gbit/s', ' Tbit/s'], 1e6, 1_000);

function scaled(
  value: number,
  [small, middle, large]: readonly [string, string, string],
  unit: number,
  step: number,
): string {
  const units = value / unit;
  if (units < step) return `${whole(units)}${small}`;
  return units < step ** 2 ? `${whole(units / step)}${middle}` : `${whole(units / step ** 2)}${large}`;
}
