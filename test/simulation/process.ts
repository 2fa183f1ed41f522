import type { Clock, Random } from '@parley/core';

type Task = () => void;

/**
 * The process that a node runs in. Everything that reaches the node passes through here: its timers, and the news from its
 * sockets and from Redis. So it can be stopped, as a laptop that is closed or a container that is frozen: time goes on, nothing runs,
 * and when it wakes everything that came meanwhile comes at once.
 */
export class SimulatedProcess {
  /** What the node takes for its clock. */
  readonly clock: Clock;
  readonly #world: Clock;
  readonly #random: Random;
  readonly #timers: Task[] = [];
  readonly #news: Task[] = [];
  /** What it slept through and has not come to yet. */
  #backlog: Task[] = [];
  /** What waits for the end of the turn in which it comes to all of that. */
  #afterBacklog: Task[] = [];
  #state: 'awake' | 'asleep' | 'waking' | 'dead' = 'awake';
  #asleepSinceMs = 0;
  readonly #naps: { readonly fromMs: number; readonly toMs: number }[] = [];

  constructor(world: Clock, random: Random) {
    this.#world = world;
    this.#random = random;
    this.clock = {
      nowMs: () => world.nowMs(),
      endOfTurn: (task) => this.#endOfTurn(task),
      after: (delayMs, task) => this.#after(delayMs, task),
    };
  }

  get isAsleep(): boolean {
    return this.#state === 'asleep';
  }

  /** Runs what came from outside, as soon as this process runs. Never, if it is dead. */
  hear(task: Task): void {
    this.#enter(task, this.#news);
  }

  sleep(): void {
    if (this.#state !== 'awake') return;
    this.#state = 'asleep';
    this.#asleepSinceMs = this.#world.nowMs();
  }

  /** Whether timers or news come first is up to the operating system. */
  wake(): void {
    if (this.#state !== 'asleep') return;
    this.#state = 'waking';
    this.#naps.push({ fromMs: this.#asleepSinceMs, toMs: this.#world.nowMs() });
    const [timers, news] = [this.#timers.splice(0), this.#news.splice(0)];
    this.#backlog = this.#random.below(2) === 0 ? [...timers, ...news] : [...news, ...timers];
    this.#catchUp();
  }

  die(): void {
    this.#state = 'dead';
    this.#backlog = [];
    this.#afterBacklog = [];
  }

  /** How long it has slept since then. */
  sleptMsSince(sinceMs: number): number {
    const now = this.isAsleep ? [{ fromMs: this.#asleepSinceMs, toMs: this.#world.nowMs() }] : [];
    return [...this.#naps, ...now].reduce(
      (sum, { fromMs, toMs }) => sum + Math.max(0, toMs - Math.max(fromMs, sinceMs)),
      0,
    );
  }

  #after(delayMs: number, task: Task) {
    let isCancelled = false;
    const due = () => {
      if (!isCancelled) task();
    };
    const cancel = this.#world.after(delayMs, () => this.#enter(due, this.#timers));
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  #enter(task: Task, held: Task[]): void {
    if (this.#state === 'awake') task();
    else if (this.#state === 'asleep') held.push(task);
    else if (this.#state === 'waking') this.#backlog.push(task);
  }

  /** While it wakes all that it slept through is read in one turn, whose end is behind it. */
  #endOfTurn(task: Task): void {
    if (this.#state === 'waking') this.#afterBacklog.push(task);
    else this.#world.endOfTurn(() => this.#state !== 'dead' && task());
  }

  /** Between two tasks promises run. */
  #catchUp(): void {
    const task = this.#backlog.shift();
    if (this.#state !== 'waking') return;
    if (!task) {
      this.#state = 'awake';
      for (const late of this.#afterBacklog.splice(0)) this.#endOfTurn(late);
      return;
    }
    task();
    this.#world.after(0, () => this.#catchUp());
  }
}
