import { NETWORK_ADDRESSES } from './caller.ts';
import { Counts } from './counts.ts';
import type { DoorOptions } from './options.ts';
import type { Visitor } from './visitor.ts';

type Most = Pick<DoorOptions, 'maxSessions' | 'maxSessionsPerAddress' | 'maxSessionsPerToken'>;

/** Who is inside, or about to be: the sockets of this node, of each address and IPv6 network, of each JWT. */
export class Occupancy {
  readonly #most: Most;
  readonly #perAddress = new Counts<string>();
  readonly #perNetwork = new Counts<string>();
  readonly #perToken = new Counts<string>();
  #inside = 0;

  constructor(most: Most) {
    this.#most = most;
  }

  get inside(): number {
    return this.#inside;
  }

  /** Addresses and tokens that are counted. */
  get counted(): number {
    return this.#perAddress.size + this.#perNetwork.size + this.#perToken.size;
  }

  /** Why one more is too many. Of a public token everybody has the same, so its sessions are not counted. */
  full({ subject, network, token, isPersonal }: Visitor): 'node-full' | 'too-many-sessions' | undefined {
    const { maxSessions, maxSessionsPerAddress, maxSessionsPerToken } = this.#most;
    if (isFull(this.#inside, maxSessions)) return 'node-full';
    const isTooMany =
      isFull(this.#perAddress.of(subject), maxSessionsPerAddress) ||
      (network !== undefined &&
        isFull(this.#perNetwork.of(network), maxSessionsPerAddress * NETWORK_ADDRESSES)) ||
      (isPersonal && token !== undefined && isFull(this.#perToken.of(token), maxSessionsPerToken));
    return isTooMany ? 'too-many-sessions' : undefined;
  }

  /** Counts one; returns what takes it off the count again, once. */
  enter({ subject, network, token, isPersonal }: Visitor): () => void {
    const counts: [Counts<string>, string | undefined][] = [
      [this.#perAddress, subject],
      [this.#perNetwork, network],
      [this.#perToken, isPersonal ? token : undefined],
    ];
    this.#inside += 1;
    for (const [count, key] of counts) if (key !== undefined) count.add(key);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      for (const [count, key] of counts) if (key !== undefined) count.remove(key);
    };
  }
}

/** 0: there is no limit. */
const isFull = (count: number, most: number) => most > 0 && count >= most;
