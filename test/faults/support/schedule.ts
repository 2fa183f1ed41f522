import { Chance } from './chance.ts';

/** What can be done to a cluster, and for how long it lasts where it lasts. `node` counts the places, from 0. */
export type Fault =
  | { readonly kind: 'kill-node' | 'drain-node'; readonly node: number }
  | { readonly kind: 'freeze-node'; readonly node: number; readonly forMs: number }
  | { readonly kind: 'slow-link'; readonly delayMs: number; readonly forMs: number }
  | { readonly kind: 'crash-redis' | 'freeze-redis'; readonly forMs: number }
  | { readonly kind: 'restart-redis' | 'forget-keys' | 'cut-subscribers' }
  /** `percent` of the clients lose their sockets; `seed` says which. */
  | { readonly kind: 'drop-sockets'; readonly percent: number; readonly seed: number };

export type FaultKind = Fault['kind'];

/** A fault, and when it begins after the start of the trial. */
export type Planned = Fault & { readonly atMs: number };

export const KINDS = [
  'kill-node',
  'freeze-node',
  'drain-node',
  'crash-redis',
  'freeze-redis',
  'restart-redis',
  'forget-keys',
  'cut-subscribers',
  'drop-sockets',
  'slow-link',
] as const satisfies readonly FaultKind[];

/**
 * What befalls a cluster in a trial. The same seed plans the same.
 *
 * Each kind comes once before any comes again. A node is killed first, so that its life is over when the trial is. One node at
 * most is in trouble at a time, and of the faults of Redis one; but the two overlap, and the rest comes whenever it likes.
 */
export function scheduleOf(seed: number, durationMs: number): Planned[] {
  const chance = new Chance(seed);
  const planned: Planned[] = [];
  const freeFromMs = new Map<Concern, number>();
  for (let atMs = QUIET_START_MS; atMs < durationMs;) {
    const deck = chance.shuffled(KINDS.filter((kind) => planned.length > 0 || kind !== 'kill-node'));
    for (const kind of planned.length > 0 ? deck : ['kill-node' as const, ...deck]) {
      const fault = draw(kind, chance);
      const concern = CONCERNS[kind];
      const beginsMs = Math.max(atMs, (concern && freeFromMs.get(concern)) ?? 0);
      const endsMs = beginsMs + ('forMs' in fault ? fault.forMs : 0) + (concern ? RECOVERY_MS[concern] : 0);
      atMs += chance.between(2_500, 6_500);
      if (endsMs > durationMs) continue;
      if (concern) freeFromMs.set(concern, endsMs);
      planned.push({ ...fault, atMs: beginsMs });
    }
  }
  return planned.toSorted((one, other) => one.atMs - other.atMs);
}

/** As a person reads it. */
export function describeFault({ atMs, kind, ...rest }: Planned): string {
  const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return [`${(atMs / 1_000).toFixed(1)} s`, kind, ...details].join(' ');
}

const QUIET_START_MS = 2_000;

type Concern = 'node' | 'redis' | 'link';

/** Faults of one concern do not overlap. */
const CONCERNS: Partial<Record<FaultKind, Concern>> = {
  'kill-node': 'node',
  'freeze-node': 'node',
  'drain-node': 'node',
  'crash-redis': 'redis',
  'freeze-redis': 'redis',
  'restart-redis': 'redis',
  'forget-keys': 'redis',
  'slow-link': 'link',
};

/** Before the next fault of the same concern: another node has started, or everybody has found Redis again. */
const RECOVERY_MS: Record<Concern, number> = { node: 7_000, redis: 4_000, link: 0 };

function draw(kind: FaultKind, chance: Chance): Fault {
  const node = chance.below(3);
  switch (kind) {
    case 'kill-node':
    case 'drain-node':
      return { kind, node };
    case 'freeze-node':
      return { kind, node, forMs: chance.between(3_000, 12_000) };
    case 'crash-redis':
      return { kind, forMs: chance.between(500, 4_000) };
    case 'freeze-redis':
      return { kind, forMs: chance.between(1_000, 8_000) };
    case 'restart-redis':
    case 'forget-keys':
    case 'cut-subscribers':
      return { kind };
    case 'drop-sockets':
      return { kind, percent: chance.between(10, 60), seed: chance.below(2 ** 31) };
    case 'slow-link':
      return { kind, delayMs: chance.between(50, 400), forMs: chance.between(3_000, 8_000) };
  }
}
