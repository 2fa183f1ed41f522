import type { NodeId } from '@parley/protocol';
import type { Envelope } from '../envelope.ts';
import type { Inbox } from '../ports/bus.ts';
import type { Cancel, Clock } from '../ports/clock.ts';

/**
 * What becomes of what one turn sent to one inbox: it arrives after so many milliseconds, is lost without a word, or is not
 * taken from the sender, who hears of it.
 */
export type Fate = number | 'lost' | 'refused';

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** Decides for each batch. Absent: everything arrives in the next turn. */
  readonly fate?: (from: NodeId, to: Inbox, envelopes: readonly Envelope[]) => Fate;
}

type Hear = (from: NodeId, envelopes: readonly Envelope[]) => void;

/** What the buses of one process have in common. In order per sender and inbox, whatever the delays; at most once. */
export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #fateOf: NonNullable<MemoryNetworkOptions['fate']>;
  readonly #inboxes = new Map<Inbox, Hear>();
  /** Batches under way, by sender and inbox. A timer says that one arrives; which one, the line says. */
  readonly #lines = new Map<string, (readonly Envelope[])[]>();

  constructor({ clock, fate = () => 0 }: MemoryNetworkOptions) {
    this.#clock = clock;
    this.#fateOf = fate;
  }

  subscribe(inbox: Inbox, hear: Hear): Cancel {
    this.#inboxes.set(inbox, hear);
    return () => {
      if (this.#inboxes.get(inbox) === hear) this.#inboxes.delete(inbox);
    };
  }

  /** Takes a batch from its sender. Nobody hears it within this turn. */
  carry(from: NodeId, to: Inbox, envelopes: readonly Envelope[]): 'taken' | 'refused' {
    const fate = this.#fateOf(from, to, envelopes);
    if (fate === 'refused') return 'refused';
    if (fate === 'lost') return 'taken';
    const name = `${from} ${to}`;
    const line = this.#lines.get(name) ?? [];
    this.#lines.set(name, line);
    line.push(envelopes);
    this.#clock.after(fate, () => this.#arrive(name, from, to));
    return 'taken';
  }

  /** How many pairs have something under way. */
  get linesForTesting(): number {
    return this.#lines.size;
  }

  #arrive(name: string, from: NodeId, to: Inbox): void {
    const line = this.#lines.get(name);
    const envelopes = line?.shift();
    if (line?.length === 0) this.#lines.delete(name);
    if (envelopes) this.#inboxes.get(to)?.(from, envelopes);
  }
}
