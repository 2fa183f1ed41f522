import type { NodeId } from '@parley/protocol';
import type { Envelope } from '../envelope.ts';
import type { Bus, BusListener, Inbox } from '../ports/bus.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { MemoryNetwork } from './network.ts';

export interface MemoryBusOptions {
  readonly network: MemoryNetwork;
  readonly node: NodeId;
  /** The node's own, which says when a turn ends. */
  readonly clock: Clock;
}

/** The bus of one node on a network within this process. Envelopes are handed over as they are, not copied. */
export class MemoryBus implements Bus {
  readonly #options: MemoryBusOptions;
  readonly #gathered = new Map<Inbox, Envelope[]>();
  #inbox: Inbox;
  #rebuilds = 0;
  #listener: BusListener | undefined;
  #unsubscribe: Cancel | undefined;
  #stopped = false;

  constructor(options: MemoryBusOptions) {
    this.#options = options;
    this.#inbox = options.node as string as Inbox;
  }

  get inbox(): Inbox {
    return this.#inbox;
  }

  async start(listener: BusListener): Promise<void> {
    this.#listener = listener;
    this.#subscribe();
  }

  send(to: Inbox, envelope: Envelope): void {
    if (this.#stopped) return;
    if (this.#gathered.size === 0) this.#options.clock.endOfTurn(() => this.#leave());
    const gathered = this.#gathered.get(to);
    if (gathered) gathered.push(envelope);
    else this.#gathered.set(to, [envelope]);
  }

  /** Takes another inbox, the harder case: what is under way to the old one is lost. */
  rebuild(): void {
    if (this.#stopped || !this.#listener) return;
    this.#rebuilds += 1;
    this.#inbox = `${this.#options.node}.${this.#rebuilds}` as Inbox;
    this.#subscribe();
    this.#listener.resubscribed();
  }

  /** What was sent before, in this turn, still leaves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe?.();
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = this.#options.network.subscribe(this.#inbox, (from, envelopes) =>
      this.#listener?.received(from, envelopes),
    );
  }

  #leave(): void {
    const batches = [...this.#gathered];
    this.#gathered.clear();
    for (const [to, envelopes] of batches) {
      const outcome = this.#options.network.carry(this.#options.node, to, envelopes);
      if (outcome === 'refused') this.#listener?.failed(to, envelopes);
    }
  }
}
