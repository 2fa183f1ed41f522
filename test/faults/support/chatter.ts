import type { Chance } from './chance.ts';
import type { Life } from './history.ts';

/** Who can chat: it sees others in rooms, and can signal to them. */
export interface Chatting {
  readonly sight: { readonly rooms: readonly string[]; others(room: string): readonly Life[] };
  signal(room: string, to: Life): unknown;
}

/** Lets clients signal to one another without a pause, each to anybody it sees in any of its rooms, away or not. */
export class Chatter {
  readonly #clients: readonly Chatting[];
  readonly #chance: Chance;
  readonly #perSecond: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param perSecond signals of all clients together */
  constructor(clients: readonly Chatting[], chance: Chance, perSecond: number) {
    this.#clients = clients;
    this.#chance = chance;
    this.#perSecond = perSecond;
  }

  start(): void {
    const startedMs = performance.now();
    let said = 0;
    this.#timer = setInterval(() => {
      const due = ((performance.now() - startedMs) / 1_000) * this.#perSecond;
      // Who slept for long does not shout it all at once.
      for (said = Math.max(said, due - this.#perSecond / 4); said < due; said += 1) this.#say();
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #say(): void {
    const client = this.#chance.oneOf(this.#clients);
    const room = client && this.#chance.oneOf(client.sight.rooms);
    const other = room === undefined ? undefined : this.#chance.oneOf(client?.sight.others(room) ?? []);
    if (client && room !== undefined && other) client.signal(room, other);
  }
}

const TICK_MS = 10;
