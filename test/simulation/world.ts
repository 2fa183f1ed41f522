import type { Directory } from '@parley/core';
import { FakeClock, SeededRandom } from '@parley/core/contract';
import { MemoryDirectory } from '@parley/core/memory';

import { Deeds } from './deeds.ts';
import { ALL_FAULTS, Breaker, type Faults } from './faults.ts';
import { Ledger, type Life } from './ledger.ts';
import { SimulatedRedis } from './link.ts';
import { SimulatedNetwork } from './network.ts';
import { type Sabotage, sabotaged } from './sabotage.ts';
import type { SimulatedClient } from './simulated-client.ts';
import { SimulatedNode } from './simulated-node.ts';
import { Stays } from './stays.ts';

const START_MS = 1_700_000_000_000;

/**
 * Three nodes, a Redis and a network between them, and a dozen clients, all on one simulated clock: everything that happens
 * follows from the seed, and happens again with the same seed.
 */
export class World {
  readonly clock = new FakeClock(START_MS);
  readonly random: SeededRandom;
  readonly directory: MemoryDirectory;
  /** The directory as nodes reach it. */
  readonly ports: Directory;
  readonly redis: SimulatedRedis;
  readonly network: SimulatedNetwork;
  readonly ledger: Ledger;
  readonly stays = new Stays(this);
  readonly violations: string[] = [];
  /** What happened, for whoever looks into a seed. */
  readonly trace: string[] = [];
  nodes: SimulatedNode[] = [];
  clients: SimulatedClient[] = [];
  readonly #faults: Faults;
  readonly #deeds: Deeds;
  readonly #breaker: Breaker;
  #forgotAtMs = -Infinity;
  #names = 0;
  #started = 0;

  constructor(seed: number, faults: Faults = ALL_FAULTS) {
    this.random = new SeededRandom(seed);
    this.#faults = faults;
    this.directory = new MemoryDirectory({ clock: this.clock, random: this.random });
    this.ledger = new Ledger(this);
    this.ports = this.#watched(sabotaged(this.directory, faults.sabotage));
    this.redis = new SimulatedRedis(this.random);
    this.network = new SimulatedNetwork(this.clock, this.redis);
    this.#deeds = new Deeds(this);
    this.#breaker = new Breaker(this, faults);
    for (let i = 0; i < 3; i += 1) this.#startNode();
  }

  accuse(of: string): void {
    this.violations.push(`${this.atMs} ${of}`);
    this.note(`!!! ${of}`);
  }

  note(what: string): void {
    this.trace.push(`${this.atMs} ${what}`);
  }

  /** Since the beginning. */
  get atMs(): number {
    return this.clock.nowMs() - START_MS;
  }

  nextName(): number {
    return ++this.#names;
  }

  /** Whose life this is, if it is not over. */
  clientOf({ instance }: Life): SimulatedClient | undefined {
    return this.clients.find(({ life }) => life?.instance === instance);
  }

  /** The directory is about to lose what it knew. */
  forgot(): void {
    this.note('Redis forgets');
    this.#forgotAtMs = this.clock.nowMs();
    this.ledger.forgot();
  }

  hasForgottenSince(sinceMs: number): boolean {
    return this.#forgotAtMs >= sinceMs;
  }

  /** What is wrong with the code in this world: a control. */
  get sabotage(): Sabotage | undefined {
    return this.#faults.sabotage;
  }

  /** Machines and networks do what they should, though nodes may be drained. */
  get isReliable(): boolean {
    const { loss, freeze, sleep, cut, kill, forget } = this.#faults;
    return ![loss, freeze, sleep, cut, kill, forget].some(Boolean);
  }

  /** Clients and faults do what they like for a while. */
  async live(forMs: number): Promise<void> {
    await this.clock.advance(3_000);
    const untilMs = this.clock.nowMs() + forMs;
    while (this.clock.nowMs() < untilMs) {
      this.#deeds.act();
      if (this.chance(4)) this.#breaker.break();
      await this.clock.advance(this.random.below(250));
    }
  }

  /** Everything heals, nobody does anything any more, and enough time passes for every repair. */
  async calm(): Promise<void> {
    this.note('calm');
    this.redis.thaw();
    for (const node of this.nodes) {
      const { link, process } = node;
      process.wake();
      node.wellAgain();
      link.isCut = node.isGone;
      link.lostPerMille = 0;
      link.maxDelayMs = 5;
    }
    await this.clock.advance(75_000);
  }

  /** Everybody says goodbye. */
  async end(): Promise<void> {
    for (const client of this.clients) client.bye();
    await this.clock.advance(100_000);
  }

  /**
   * Whether a room may hold more than its capacity: a node that was taken for lost, or a Redis that forgot, brings back seats
   * that others were given meanwhile, and nobody who sits is sent away.
   */
  get mayOverfill(): boolean {
    const { loss, freeze, sleep, cut, forget } = this.#faults;
    return [loss, freeze, sleep, cut, forget].some(Boolean);
  }

  /** One that takes clients, though it may not answer. */
  anyNode(): SimulatedNode | undefined {
    return this.pick(this.nodes.filter(({ state }) => state === 'alive'));
  }

  kill(node: SimulatedNode): void {
    this.note(`${node.id} dies`);
    if (node.state === 'alive') this.#startNode();
    node.kill();
    this.#remove(node);
    for (const client of this.clients) client.nodeDied(node);
  }

  drain(node: SimulatedNode, windowMs: number): void {
    if (node.state !== 'alive') return;
    this.note(`${node.id} is drained within ${windowMs}`);
    this.#startNode();
    void node.drain(windowMs).then(() => this.#remove(node));
  }

  chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.random.below(from.length)];
  }

  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let at = this.random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, choice] of choices) {
      if (at < weight) return choice;
      at -= weight;
    }
    throw new Error('there is nothing to choose from');
  }

  #startNode(): void {
    this.nodes.push(new SimulatedNode(this, `node-${++this.#started}`));
  }

  #remove(node: SimulatedNode): void {
    this.nodes = this.nodes.filter((other) => other !== node);
  }

  /** Notes what is really kept, whoever hears of it. */
  #watched(directory: Directory): Directory {
    const { peers } = directory;
    const put: typeof peers.put = async (request) => {
      const answer = await peers.put(request);
      const { custom } = JSON.parse(request.text) as { custom: { n: number } };
      if (answer.outcome === 'kept') this.ledger.kept(custom.n);
      return answer;
    };
    const watched = new Proxy(peers, {
      get(target, name) {
        const member: unknown = name === 'put' ? put : Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    return { ...directory, peers: watched };
  }
}
