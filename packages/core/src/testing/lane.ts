import type { NodeId, SessionId } from '@parley/protocol';
import { FakeClock } from '../contract/fake-clock.ts';
import type { RoomKey } from '../keys.ts';
import { Lane, type LaneContext } from '../lane.ts';
import type { Delivery, Parcel } from '../lanes.ts';
import { type PutAnswer, type Seat, Unavailable } from '../ports/directory.ts';
import type { Settlement } from '../streams.ts';
import { Puppet } from './puppet.ts';

/** A signal that was sent to a session, and nobody has said yet what became of it. */
export interface Sent {
  readonly text: string;
  readonly session: SessionId;
  readonly readAtMs: number;
  settle(outcome: Settlement): void;
}

/** A signal that the directory was asked to keep, and it has not answered yet. */
export interface Put {
  readonly text: string;
  answer(answer: PutAnswer): Promise<void>;
  /** The outcome is unknown. */
  lose(): Promise<void>;
}

/** What stands around a lane: a clock, the ways to other places, and the directory, all of which do what a test says. */
export class LaneBench {
  readonly clock = new FakeClock(1_000_000);
  readonly sent: Sent[] = [];
  readonly puts: Put[] = [];
  /** What became of each signal, in the order in which it was known: the text, and the outcome. */
  readonly outcomes: [string, Delivery][] = [];
  /** Nodes that have ended. */
  readonly ended = new Set<NodeId>();
  readonly context: LaneContext = {
    clock: this.clock,
    hasEnded: ({ node }) => this.ended.has(node),
    dispatch: ({ session }, { text, readAtMs }, settle) =>
      this.sent.push({ text, session, readAtMs, settle }),
    put: (_lane, { text }) => this.#put(text),
  };
  readonly #from = new Puppet('alice');

  /** A signal to bob on the stage, as the room says that he is there now. */
  parcel(text: string, to: Partial<Seat> = {}, room = 'main/stage'): Parcel {
    return {
      from: this.#from,
      room: room as RoomKey,
      to: { ...bob(), ...to },
      text,
      readAtMs: this.clock.nowMs(),
      sentAtMs: this.clock.nowMs(),
      settled: (outcome) => this.outcomes.push([text, outcome]),
    };
  }

  /** What was sent where, and what was put, in order. */
  get ways(): string[] {
    return this.sent.map(({ text, session }) => `${text} to ${session}`);
  }

  /** Says what became of what was sent and has no outcome yet, by its text. */
  settle(text: string, outcome: Settlement): void {
    const at = this.sent.findLastIndex((each) => each.text === text);
    this.sent[at]?.settle(outcome);
  }

  /** What was put last. */
  get put(): Put {
    const put = this.puts.at(-1);
    if (!put) throw new Error('nothing was put');
    return put;
  }

  outcomeOf(text: string): Delivery | undefined {
    return this.outcomes.find(([each]) => each === text)?.[1];
  }

  #put(text: string): Promise<PutAnswer> {
    return new Promise((resolve, reject) => {
      const settled = () => this.clock.flush();
      this.puts.push({
        text,
        answer: (answer) => (resolve(answer), settled()),
        lose: () => (reject(new Unavailable('lost')), settled()),
      });
    });
  }
}

/** A seat of bob's `at`-th session. */
export function bob(at = 1): Seat {
  const { peer, session, instance, fence } = new Puppet('bob', at);
  return { peer, session, instance, fence, node: nodeOf(at), joinedAt: 1 };
}

/** The answer of a directory that knows bob's `at`-th session to be here. */
export const here = (at: number): PutAnswer => ({
  outcome: 'here',
  node: nodeOf(at),
  session: bob(at).session,
});

const nodeOf = (at: number) => `node-${at}` as NodeId;

/** One lane, to bob. */
export function laneBench() {
  const bench = new LaneBench();
  let closings = 0;
  const lane = new Lane('key', bob(), bench.context, () => (closings += 1));
  const send = (...texts: string[]) => {
    for (const text of texts) lane.add(bench.parcel(text));
  };
  /** For so long the directory gives this answer whenever it is asked. */
  const again = async (answer: Parameters<typeof bench.put.answer>[0], ms: number) => {
    for (let leftMs = ms; leftMs > 0; leftMs -= 1) {
      await bench.put.answer(answer);
      await bench.clock.advance(1);
    }
  };
  return { bench, lane, send, again, closed: () => closings };
}
