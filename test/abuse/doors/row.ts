import type { WatchedNode } from '../support/watched-node.ts';
import type { NodeName } from './nodes.ts';

/** How one code is brought about from outside, and what is heard instead when one thing is changed. */
export interface Row {
  readonly on: NodeName;
  readonly play: (node: WatchedNode) => Promise<Heard>;
  /** What the twin hears; default: `welcome`. */
  readonly twin?: string;
}

/** What came: to who did it wrong, and to who did the same but for one thing. */
export interface Heard {
  readonly wrong: string;
  readonly right: string;
}

/** Why a code has no row here, and the file whose tests bring it about; none: nothing does. */
export interface Elsewhere {
  readonly because: string;
  readonly testedIn?: string;
  /** What those tests call it, if not by its name. */
  readonly as?: string;
}

/** Every code has one or the other. */
export type Rows<Code extends string> = Readonly<Record<Code, Row | Elsewhere>>;
