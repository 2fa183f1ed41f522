import type { RoomKey } from './keys.ts';
import { Lane, type LaneContext } from './lane.ts';
import type { Member } from './member.ts';
import type { Seat } from './ports/directory.ts';
import type { Settlement } from './streams.ts';

/**
 * What became of a signal. `full`: the peer is away and its mail takes no more. `crowded`: too many wait for this peer already.
 * Only of `timeout` and `unavailable` nobody knows; all others but the first two were certainly not delivered.
 */
export type Delivery =
  | 'delivered'
  | { readonly keptForMs: number }
  | Exclude<Settlement, 'delivered'>
  | 'full'
  | 'crowded';

/** One signal. */
export interface Letter {
  readonly from: Member;
  readonly room: RoomKey;
  readonly to: Seat;
  /** The final text for the receiving socket. */
  readonly text: string;
}

/** A signal on its way. */
export interface Parcel extends Letter {
  /** When it was read from the sender's socket: by this node's clock, and by the directory's. */
  readonly readAtMs: number;
  readonly sentAtMs: number;
  /** Called exactly once. */
  readonly settled: (outcome: Delivery) => void;
}

/**
 * The signals of this node's senders whose outcome is not known yet, by sender, room and receiver: one {@link Lane} for each
 * such pair, which exists only while something of it is under way.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #context: LaneContext;

  constructor(context: LaneContext) {
    this.#context = context;
  }

  /** Pairs with something under way. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Pairs in which something waits behind what was refused. */
  get blocked(): number {
    let count = 0;
    for (const lane of this.#lanes.values()) if (lane.isBlocked) count += 1;
    return count;
  }

  /** Something of this pair is under way. */
  has(letter: Letter): boolean {
    return this.#lanes.size > 0 && this.#lanes.has(keyOf(letter));
  }

  send(parcel: Parcel): void {
    const key = keyOf(parcel);
    const lane = this.#lanes.get(key) ?? this.#open(key, parcel.to);
    lane.add(parcel);
  }

  stop(): void {
    for (const lane of this.#lanes.values()) lane.stop();
  }

  #open(key: string, seat: Seat): Lane {
    const lane = new Lane(key, seat, this.#context, () => this.#lanes.delete(key));
    this.#lanes.set(key, lane);
    return lane;
  }
}

/** No key of a room and no id of a session holds a space. */
const keyOf = ({ from, room, to: { peer } }: Letter) => `${from.session} ${room} ${peer}`;
