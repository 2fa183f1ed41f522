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

  /** Counts one more. */
  enter(visitor: Visitor): void {
    this.#inside += 1;
    this.#countsOf(visitor, (count, key) => count.add(key));
  }

  /** Takes one off the count that has {@link enter}ed. */
  leave(visitor: Visitor): void {
    this.#inside -= 1;
    this.#countsOf(visitor, (count, key) => count.remove(key));
  }

  #countsOf(
    { subject, network, token, isPersonal }: Visitor,
    each: (count: Counts<string>, key: string) => void,
  ): void {
    each(this.#perAddress, subject);
    if (network !== undefined) each(this.#perNetwork, network);
    if (isPersonal && token !== undefined) each(this.#perToken, token);
  }
}

/** 0: there is no limit. */
const isFull = (count: number, most: number) => most > 0 && count >= most;
