import type { NodeId } from '@parley/protocol';
import type { BeatAnswer, KnownNode, NodeRow, NodeTable } from '../ports/directory.ts';
import type { World } from './directory.ts';

/** How long a node that ended is remembered. */
const MEMORY_MS = 180_000;

interface Row {
  readonly row: NodeRow;
  readonly untilMs: number;
  readonly gone: boolean;
}

/** The whole table; `undefined` before the first beat makes one. */
export type NodesRecord =
  | {
      readonly id: string;
      beats: number;
      lastBeatMs: number;
      /** 0: it has not slept. */
      wokeAtMs: number;
      readonly rows: Map<NodeId, Row>;
    }
  | undefined;

export class MemoryNodes implements NodeTable {
  readonly #world: World;
  readonly #bansVersion: () => number;
  #table: NodesRecord;

  constructor(world: World, bansVersion: () => number) {
    this.#world = world;
    this.#bansVersion = bansVersion;
  }

  async beat(row: NodeRow, lifeMs: number): Promise<BeatAnswer> {
    const nowMs = this.#world.clock.nowMs();
    const table = (this.#table ??= {
      id: this.#world.random.id(),
      beats: 0,
      lastBeatMs: nowMs,
      wokeAtMs: 0,
      rows: new Map(),
    });
    if (nowMs - table.lastBeatMs > lifeMs / 2) this.#wake(table, nowMs, lifeMs);
    this.#forget(table, nowMs);
    const own = table.rows.get(row.node);
    const was = own ? stateOf(own, nowMs) : 'new';
    // Who said goodbye does not come back: it is only a beat that was late.
    if (was !== 'gone') table.rows.set(row.node, { row: { ...row }, untilMs: nowMs + lifeMs, gone: false });
    table.beats += 1;
    table.lastBeatMs = nowMs;
    const nodes = [...table.rows.values()].map((each) => ({ ...each.row, state: stateOf(each, nowMs) }));
    const { id, beats, wokeAtMs } = table;
    return { nowMs, table: id, beats, bansVersion: this.#bansVersion(), wokeAtMs, was, nodes };
  }

  async goodbye(node: NodeId): Promise<void> {
    const known = this.#table?.rows.get(node);
    if (!known || known.gone) return;
    this.#table?.rows.set(node, { ...known, gone: true, untilMs: this.#world.clock.nowMs() });
  }

  get size(): number {
    if (this.#table) this.#forget(this.#table, this.#world.clock.nowMs());
    return this.#table?.rows.size ?? 0;
  }

  clear(): void {
    this.#table = undefined;
  }

  copyForTesting(): NodesRecord {
    return structuredClone(this.#table);
  }

  restoreForTesting(copy: NodesRecord): void {
    this.#table = structuredClone(copy);
  }

  /** Nobody has beaten for long, so nobody could: who was alive at the last beat is alive. */
  #wake(table: NonNullable<NodesRecord>, nowMs: number, lifeMs: number): void {
    const { rows, lastBeatMs } = table;
    for (const [node, known] of rows)
      if (!known.gone && known.untilMs > lastBeatMs) rows.set(node, { ...known, untilMs: nowMs + lifeMs });
    table.wokeAtMs = nowMs;
  }

  #forget({ rows }: NonNullable<NodesRecord>, nowMs: number): void {
    for (const [node, { untilMs }] of rows) if (untilMs + MEMORY_MS <= nowMs) rows.delete(node);
  }
}

function stateOf({ gone, untilMs }: Row, nowMs: number): KnownNode['state'] {
  if (gone) return 'gone';
  return untilMs > nowMs ? 'alive' : 'lost';
}
