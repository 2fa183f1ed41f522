import type { NodeId } from '@parley/protocol';

/** More sources than a cluster has nodes. */
const MAX_SOURCES = 1_024;

/**
 * Tells frames that come after a later one of the same source: one that was redirected in a Cluster, or one from a
 * connection that was given up while Redis was frozen and that runs after the thaw. What is sent to one inbox arrives in
 * order or not at all.
 */
export class LateFrames {
  /** The highest number of each source; those heard of last stand last. */
  readonly #last = new Map<NodeId, number>();

  isLate(from: NodeId, number: number): boolean {
    const last = this.#last.get(from) ?? 0;
    if (number <= last) return true;
    this.#last.delete(from);
    this.#last.set(from, number);
    if (this.#last.size > MAX_SOURCES) this.#forgetOldest();
    return false;
  }

  #forgetOldest(): void {
    const [oldest] = this.#last.keys();
    if (oldest !== undefined) this.#last.delete(oldest);
  }
}
