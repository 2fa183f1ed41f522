import type { NodeId } from '@parley/protocol';
import { FakeClock } from '../contract/fake-clock.ts';
import { SeededRandom } from '../contract/seeded-random.ts';
import type { Envelope } from '../envelope.ts';
import { MemoryBus, MemoryDirectory, MemoryNetwork, type Fate } from '../memory/index.ts';
import { Membership, type MembershipEvents } from '../membership.ts';
import type { Inbox } from '../ports/bus.ts';
import type { NodeTable } from '../ports/directory.ts';
import { Streams, type StreamEvents } from '../streams.ts';
import { Writer } from '../writer.ts';
import { Gate } from './gate.ts';
import { QuietLog, quietMetrics } from './quiet.ts';

/** One clock, one directory and one network, and the nodes on them. */
export class World {
  /** Real clocks do not tick in whole milliseconds. */
  readonly clock = new FakeClock(1_700_000_000_000.25);
  readonly random = new SeededRandom(1);
  readonly directory = new MemoryDirectory({ clock: this.clock, random: this.random });
  /** Decides what becomes of each batch; everything arrives. */
  fate: (from: NodeId, to: Inbox, envelopes: readonly Envelope[]) => Fate = () => 0;
  readonly network = new MemoryNetwork({
    clock: this.clock,
    fate: (from, to, envelopes) => this.fate(from, to, envelopes),
  });

  /** A node as far as it knows the others and is heard by them: what rooms, queues and claims stand on. */
  ground(name: string): Ground {
    return new Ground(this, name as NodeId);
  }
}

/** How long a peer may be away. */
export const AWAY_MS = 120_000;

export class Ground {
  readonly node: NodeId;
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly log = new QuietLog();
  readonly metrics = quietMetrics;
  /** Between this node and the directory. */
  readonly gate = new Gate();
  readonly bus: MemoryBus;
  readonly writer: Writer;
  readonly membership: Membership;
  readonly streams: Streams;
  /** What is to be done with news; nothing, until a test says. */
  readonly news: Partial<StreamEvents & MembershipEvents> = {};

  constructor({ clock, random, network, directory }: World, node: NodeId) {
    this.node = node;
    this.clock = clock;
    this.random = random;
    this.bus = new MemoryBus({ network, node, clock });
    const { bus, log, metrics, news } = this;
    this.writer = new Writer({ clock, random, metrics, log });
    this.membership = new Membership({
      node,
      table: this.gate.over<NodeTable>(directory.nodes),
      bus,
      clock,
      random,
      log,
      describe: () => ({ version: 'test', sessions: {} }),
      awayMs: AWAY_MS,
      events: {
        nodesEnded: (nodes) => {
          for (const ended of nodes) this.streams.forget(ended);
          news.nodesEnded?.(nodes);
        },
        heardAgain: () => news.heardAgain?.(),
        dataLost: () => news.dataLost?.(),
        returned: () => news.returned?.(),
        beaten: (answer) => news.beaten?.(answer),
      },
    });
    this.streams = new Streams({
      bus,
      clock,
      membership: this.membership,
      metrics,
      events: {
        signal: (from, envelope, settle) => news.signal?.(from, envelope, settle),
        room: (envelope, late) => news.room?.(envelope, late),
        match: (envelope) => news.match?.(envelope),
        replaced: (envelope) => news.replaced?.(envelope),
        kicked: (envelope) => news.kicked?.(envelope),
        missed: () => news.missed?.(),
      },
    });
  }

  async start(): Promise<this> {
    await this.bus.start(this.streams);
    this.membership.start();
    await this.membership.ready;
    return this;
  }
}
