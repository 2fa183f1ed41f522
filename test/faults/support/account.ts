import type { Life } from './history.ts';

/** Something that a client of the SDK was asked to say. */
export interface Saying {
  readonly id: string;
  readonly from: Life;
  /** Whom the program meant. */
  readonly to: Life;
  readonly room: string;
  /** Grows by one from saying to saying of this life to that life in this room. */
  readonly place: number;
  /** Why it came back, each time that it did. */
  readonly returned: string[];
}

/** A saying, as a program was told of it. */
export interface Hearsay {
  readonly id: string;
  readonly from: Life;
  readonly by: Life;
  readonly room: string;
}

/** What the programs behind many clients of the SDK said, heard and got back, in the order in which it happened to each. */
export class Account {
  readonly sayings = new Map<string, Saying>();
  readonly hearsays: Hearsay[] = [];
  /** What no program should ever be told. */
  readonly oddities: string[] = [];

  /** What was heard at least once, by its `id`. */
  get heard(): Set<string> {
    return new Set(this.hearsays.map(({ id }) => id));
  }

  /** What was neither heard nor given back so far. */
  get pending(): Saying[] {
    const { heard } = this;
    return [...this.sayings.values()].filter(({ id, returned }) => returned.length === 0 && !heard.has(id));
  }
}
