/** How its values are written. */
export type Unit = 'MB' | 'ms' | 'share' | 'count' | 'perSecond';

/** One thing that is watched over time. */
export interface Measure {
  readonly title: string;
  readonly unit: Unit;
  /** Each node has a value of its own, or the Redis that they share. */
  readonly of: 'node' | 'redis';
  /** Where it is a sawtooth, such as a heap between collections, only its low points say whether something stays. */
  readonly isSawtooth?: true;
  /** Where it is given back and taken again at the runtime's whim, such as pages, only a new highest value says that more is needed. */
  readonly isHighWater?: true;
  /** How much the second half of a run may add before that is called growth: so much, or this share of the level, whichever is more. */
  readonly tolerated: { readonly amount: number; readonly share: number };
}

const MB = 1_048_576;

/** Everything that is watched, in the order of the picture. Memory is in bytes. */
export const MEASURES = {
  resident: { ...nodeMeasure('Resident memory', 'MB', { amount: 2 * MB, share: 0.03 }), isHighWater: true },
  heap: { ...nodeMeasure('Heap, old space', 'MB', { amount: MB, share: 0.03 }), isSawtooth: true },
  external: nodeMeasure('External buffers', 'MB', { amount: MB / 2, share: 0.1 }),
  openFiles: nodeMeasure('Open files', 'count', { amount: 5, share: 0.05 }),
  handles: nodeMeasure('Handles', 'count', { amount: 3, share: 0.05 }),
  busy: nodeMeasure('Processor', 'share', { amount: 0.02, share: 0.2 }),
  loopDelay: nodeMeasure('Loop delay, 99 %', 'ms', { amount: 5, share: 0.5 }),
  sessions: nodeMeasure('Sessions', 'count', { amount: 5, share: 0.05 }),
  rooms: nodeMeasure('Rooms', 'count', { amount: 5, share: 0.05 }),
  waiters: nodeMeasure('Waiters', 'count', { amount: 2, share: 0.2 }),
  receipts: nodeMeasure('Receipts awaited', 'count', { amount: 2, share: 0.2 }),
  lanes: nodeMeasure('Blocked lanes', 'count', { amount: 2, share: 0.2 }),
  redisKeys: redisMeasure('Keys', 'count', { amount: 50, share: 0.05 }),
  redisMemory: redisMeasure('Memory in use', 'MB', { amount: MB / 4, share: 0.05 }),
  redisCommands: redisMeasure('Commands, nested too', 'perSecond', { amount: 20, share: 0.1 }),
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof MEASURES;

/** What must be at zero again when everybody has left. */
export const EMPTY_AT_END = ['sessions', 'rooms', 'waiters', 'receipts', 'lanes'] as const;

type NamesOf<Of extends Measure['of']> = {
  [Name in MeasureName]: (typeof MEASURES)[Name]['of'] extends Of ? Name : never;
}[MeasureName];

/** The values of one node at one moment. */
export type NodeReading = Readonly<Record<NamesOf<'node'>, number>>;
/** The values of Redis at one moment. */
export type RedisReading = Readonly<Record<NamesOf<'redis'>, number>>;

/** Everything at one moment. */
export interface Sample {
  /** Since the churn began, in milliseconds. */
  readonly atMs: number;
  readonly nodes: readonly NodeReading[];
  readonly redis: RedisReading;
}

/** One value over time. */
export interface Series {
  readonly name: MeasureName;
  /** `node 1`, or `redis`. */
  readonly source: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** The samples turned round: of each measure one series for each that has it. */
export function seriesOf(samples: readonly Sample[]): Series[] {
  return (Object.keys(MEASURES) as MeasureName[]).flatMap((name) =>
    MEASURES[name].of === 'redis' ? [ofRedis(samples, name)] : ofNodes(samples, name),
  );
}

function ofNodes(samples: readonly Sample[], name: MeasureName): Series[] {
  const [first] = samples;
  return (first?.nodes ?? []).map((_, index) => ({
    name,
    source: `node ${index + 1}`,
    points: samples.map(({ atMs, nodes }) => ({ atMs, value: nodes[index]?.[name as NamesOf<'node'>] ?? 0 })),
  }));
}

function ofRedis(samples: readonly Sample[], name: MeasureName): Series {
  return {
    name,
    source: 'redis',
    points: samples.map(({ atMs, redis }) => ({ atMs, value: redis[name as NamesOf<'redis'>] })),
  };
}

function nodeMeasure(title: string, unit: Unit, tolerated: Measure['tolerated']) {
  return { title, unit, of: 'node', tolerated } as const satisfies Measure;
}

function redisMeasure(title: string, unit: Unit, tolerated: Measure['tolerated']) {
  return { title, unit, of: 'redis', tolerated } as const satisfies Measure;
}
