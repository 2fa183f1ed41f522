import type { Bus, BusListener, Clock, Envelope, Inbox } from '@parley/core';
import type { NodeId } from '@parley/protocol';

import type { Link, SimulatedRedis } from './link.ts';
import type { SimulatedProcess } from './process.ts';

interface Subscription {
  readonly listener: BusListener;
  readonly link: Link;
  readonly process: SimulatedProcess;
}

/** Pub/sub over the simulated Redis: in order from one node to another, or not at all. */
export class SimulatedNetwork {
  readonly #clock: Clock;
  readonly #redis: SimulatedRedis;
  readonly #listeners = new Map<Inbox, Subscription>();
  readonly #busyUntilMs = new Map<string, number>();

  constructor(clock: Clock, redis: SimulatedRedis) {
    this.#clock = clock;
    this.#redis = redis;
  }

  busFor(node: NodeId, link: Link, process: SimulatedProcess): Bus {
    const inbox = node as string as Inbox;
    return {
      inbox,
      start: async (listener) => void this.#listeners.set(inbox, { listener, link, process }),
      send: (to, envelope) => this.#send(node, link, to, envelope),
      rebuild() {},
      stop: async () => void this.#listeners.delete(inbox),
    };
  }

  #send(from: NodeId, link: Link, to: Inbox, envelope: Envelope): void {
    if (link.isCut) {
      const own = this.#listeners.get(from as string as Inbox);
      const failed = () => own?.listener.failed(to, [envelope]);
      this.#clock.after(link.delayMs(), () => own?.process.hear(failed));
      return;
    }
    if (link.loses) return;
    const path = `${from} ${to}`;
    const arrivesMs = Math.max(this.#clock.nowMs() + link.delayMs(), this.#busyUntilMs.get(path) ?? 0);
    this.#busyUntilMs.set(path, arrivesMs);
    // In one frozen Redis everything keeps its order; only commands of other connections may overtake.
    this.#clock.after(arrivesMs - this.#clock.nowMs(), () =>
      this.#redis.execute(() => this.#arrive(from, to, envelope)),
    );
  }

  #arrive(from: NodeId, to: Inbox, envelope: Envelope): void {
    const receiver = this.#listeners.get(to);
    if (!receiver || receiver.link.isCut) return;
    receiver.process.hear(() => receiver.listener.received(from, [envelope]));
  }
}
