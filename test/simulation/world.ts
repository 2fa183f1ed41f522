import { type RoomDirectory, Unavailable } from '@parley/core';
import { FakeClock, SeededRandom } from '@parley/core/contract';
import { MemoryDirectory } from '@parley/core/memory';
import type { RoomId } from '@parley/protocol';

import { SimulatedRedis } from './link.ts';
import { SimulatedNetwork } from './network.ts';
import { SimulatedClient } from './simulated-client.ts';
import { SimulatedNode } from './simulated-node.ts';

/** What may go wrong in a run; everything by default. */
export interface Faults {
  readonly loss?: boolean;
  readonly freeze?: boolean;
  readonly cut?: boolean;
  readonly kill?: boolean;
  readonly forget?: boolean;
  /** Not a fault of the world but of the code: nothing is ever asserted. A control: the judges must notice. */
  readonly neverAssert?: boolean;
}

export const ALL_FAULTS: Faults = { loss: true, freeze: true, cut: true, kill: true, forget: true };
const START_MS = 1_700_000_000_000;
const ROOMS = ['red', 'green', 'blue'] as RoomId[];
const QUEUES = [
  { queue: 'chess', size: 2 },
  { queue: 'bridge', size: 3 },
];

/**
 * Three nodes, a Redis and a network between them, and a dozen clients, all on one simulated clock: everything that happens
 * follows from the seed, and happens again with the same seed.
 */
export class World {
  readonly clock = new FakeClock(START_MS);
  readonly random: SeededRandom;
  readonly directory: MemoryDirectory;
  readonly redis: SimulatedRedis;
  readonly network: SimulatedNetwork;
  readonly violations: string[] = [];
  nodes: SimulatedNode[] = [];
  clients: SimulatedClient[] = [];
  readonly #faults: Faults;
  readonly #codes: RoomId[] = [];
  readonly #arrived = new Set<number>();
  readonly #refused = new Set<number>();
  #signals = 0;
  #started = 0;
  #snapshot: ReturnType<MemoryDirectory['snapshotForTesting']> | undefined;

  constructor(seed: number, faults: Faults = ALL_FAULTS) {
    this.random = new SeededRandom(seed);
    this.#faults = faults;
    this.directory = new MemoryDirectory({ clock: this.clock, random: this.random });
    this.redis = new SimulatedRedis(this.random);
    this.network = new SimulatedNetwork(this.clock, this.redis);
    for (let i = 0; i < 3; i += 1) this.#startNode();
  }

  nextSignal(): number {
    return ++this.#signals;
  }

  arrived(n: number): void {
    if (this.#arrived.has(n)) this.violations.push(`signal ${n} arrived twice`);
    if (this.#refused.has(n))
      this.violations.push(`signal ${n} arrived although it was answered peer-unreachable`);
    this.#arrived.add(n);
  }

  settled(n: number, outcome: string): void {
    if (outcome !== 'peer-unreachable') return;
    this.#refused.add(n);
    if (this.#arrived.has(n))
      this.violations.push(`signal ${n} was answered peer-unreachable although it had arrived`);
  }

  /** The rooms as nodes reach them. */
  get rooms(): RoomDirectory {
    const { rooms } = this.directory;
    if (!this.#faults.neverAssert) return rooms;
    return {
      join: (request) => rooms.join(request),
      leave: (seat) => rooms.leave(seat),
      update: (seat, meta) => rooms.update(seat, meta),
      assert: () => Promise.reject(new Unavailable('sabotaged')),
    };
  }

  /** Clients and faults do what they like for a while. */
  async live(forMs: number): Promise<void> {
    await this.clock.advance(3_000);
    const untilMs = this.clock.nowMs() + forMs;
    while (this.clock.nowMs() < untilMs) {
      this.#act();
      if (this.#chance(4)) this.#break();
      await this.clock.advance(this.random.below(250));
    }
  }

  /** Everything heals, nobody does anything any more, and enough time passes for every repair. */
  async calm(): Promise<void> {
    this.redis.thaw();
    for (const { link, isDead } of this.nodes) {
      if (isDead) continue;
      link.isCut = false;
      link.lostPerMille = 0;
      link.maxDelayMs = 5;
    }
    await this.clock.advance(75_000);
  }

  /** Everybody says goodbye. */
  async end(): Promise<void> {
    for (const client of this.clients) client.ask({ type: 'bye' });
    await this.clock.advance(70_000);
  }

  /**
   * Whether a room may hold more than its capacity: a node that was taken for lost, or a Redis that forgot, brings back seats
   * that others were given meanwhile, and nobody who sits is sent away.
   */
  get mayOverfill(): boolean {
    const { loss, freeze, cut, forget } = this.#faults;
    return [loss, freeze, cut, forget].some(Boolean);
  }

  get liveNodes(): SimulatedNode[] {
    return this.nodes.filter(({ isDead }) => !isDead);
  }

  #startNode(): void {
    this.nodes.push(new SimulatedNode(this, `node-${++this.#started}`));
  }

  #act(): void {
    this.clients = this.clients.filter(({ hasEnded }) => !hasEnded);
    const node = this.#pick(this.liveNodes);
    if (node && this.clients.length < 12 && this.#chance(30))
      this.clients.push(new SimulatedClient(this, node));
    const client = this.#pick(this.clients.filter(({ isOpen }) => isOpen));
    if (!client) return;
    const actions: [weight: number, act: () => void][] = [
      [30, () => client.ask({ type: 'join', room: this.#pick(ROOMS), capacity: 3 })],
      [4, () => client.ask({ type: 'join' })],
      [6, () => this.#joinCode(client)],
      [12, () => client.ask({ type: 'leave', room: this.#pick([...client.rooms.keys()]) ?? ROOMS[0] })],
      [
        3,
        () =>
          client.ask({
            type: 'update',
            room: this.#pick([...client.rooms.keys()]) ?? ROOMS[0],
            meta: this.#signals,
          }),
      ],
      [20, () => client.ask({ type: 'match', ...this.#pick(QUEUES) })],
      [6, () => client.ask({ type: 'unmatch', ...this.#pick(QUEUES) })],
      [60, () => this.#signal(client)],
      [3, () => client.drop()],
      [2, () => client.drop(1000)],
    ];
    this.#weighted(actions)();
  }

  #joinCode(client: SimulatedClient): void {
    for (const { rooms } of this.clients)
      this.#codes.push(...[...rooms.keys()].filter((room) => room.length === 9));
    client.ask({ type: 'join', room: this.#pick(this.#codes.splice(0)) ?? 'ABCD-2345' });
  }

  #signal(client: SimulatedClient): void {
    const [room, others] = this.#pick([...client.rooms]) ?? [];
    const to = others && this.#pick([...others.keys()]);
    if (room && to !== undefined) client.signal(room, to);
  }

  #break(): void {
    const node = this.#pick(this.liveNodes);
    if (!node) return;
    const { loss, freeze, cut, kill, forget } = this.#faults;
    const forAWhileMs = 500 + this.random.below(9_000);
    if (loss && this.#chance(30))
      this.#for(
        forAWhileMs,
        () => (node.link.lostPerMille = 200),
        () => (node.link.lostPerMille = 0),
      );
    if (loss && this.#chance(20))
      this.#for(
        forAWhileMs,
        () => (node.link.maxDelayMs = 900),
        () => (node.link.maxDelayMs = 5),
      );
    if (freeze && this.#chance(15))
      this.#for(
        forAWhileMs,
        () => this.redis.freeze(),
        () => this.redis.thaw(),
      );
    if (cut && this.#chance(15))
      this.#for(
        forAWhileMs * 2,
        () => (node.link.isCut = true),
        () => (node.link.isCut = node.isDead),
      );
    if (kill && this.#chance(8)) this.#kill(node);
    if (forget && this.#chance(5)) this.#forget();
    if (forget && this.#chance(20)) this.#snapshot = this.directory.snapshotForTesting();
  }

  #kill(node: SimulatedNode): void {
    node.kill();
    for (const client of this.clients) if (client.node === node) client.hasEnded = true;
    this.#startNode();
  }

  /** A failover to a replica that had not heard of the last seconds, or an empty Redis. */
  #forget(): void {
    if (this.#snapshot && this.#chance(60)) this.directory.restoreForTesting(this.#snapshot);
    else this.directory.forgetForTesting();
  }

  #for(ms: number, start: () => unknown, end: () => unknown): void {
    start();
    this.clock.after(ms, end);
  }

  #chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.random.below(from.length)];
  }

  #weighted(actions: readonly [weight: number, act: () => void][]): () => void {
    let at = this.random.below(actions.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, act] of actions) {
      if (at < weight) return act;
      at -= weight;
    }
    return () => {};
  }
}
