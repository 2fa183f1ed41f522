import type { Outgoing } from '@parley/protocol/plain';

/** Nodes repair what they can; who is worse off than others for so long looks for another node. */
const PATIENCE_MS = 10_000;

/** How long a node has been cut off from its cluster, as its answers tell. */
export class Outage {
  #firstMs: number | undefined;
  #lastMs = 0;

  /** Takes note of an answer; true when it has been like that for too long. What goes well says nothing: it may have needed no cluster. */
  heed(answer: Outgoing): boolean {
    if (answer.type !== 'error' || answer.code !== 'cluster-unavailable') return false;
    const nowMs = performance.now();
    if (this.#firstMs === undefined || nowMs - this.#lastMs > PATIENCE_MS) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
    return nowMs - this.#firstMs >= PATIENCE_MS;
  }

  /** Begins anew. */
  reset(): void {
    this.#firstMs = undefined;
  }
}
