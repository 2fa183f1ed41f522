import type { WireMemory } from './wire.ts';

const MOST = 16_384;

/**
 * What former seats have left: numbers belong to two lives in a room, and not to their seats. Whoever leaves and comes back in the same
 * life goes on counting, because the other end may not have noticed. The oldest are forgotten.
 */
export class WireMemories {
  readonly #memories = new Map<string, WireMemory>();

  remember(room: string, instance: string, memory: WireMemory): void {
    this.#memories.set(keyOf(room, instance), memory);
    const [oldest] = this.#memories.keys();
    if (this.#memories.size > MOST && oldest !== undefined) this.#memories.delete(oldest);
  }

  recall(room: string, instance: string): WireMemory | undefined {
    return this.#memories.get(keyOf(room, instance));
  }

  /** Our own life has ended. */
  forget(): void {
    this.#memories.clear();
  }
}

function keyOf(room: string, instance: string): string {
  return `${room} ${instance}`; // ids have no spaces
}
