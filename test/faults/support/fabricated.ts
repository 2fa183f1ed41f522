import type { Findings } from './evidence.ts';
import { History, type AnswerRecord, type SignalRecord, type SocketRecord } from './history.ts';
import type { Interval } from './interval.ts';

/** A socket as a test makes it up. Times in milliseconds from the start of the trial. */
interface MadeUpSocket {
  readonly client: string;
  readonly fromMs: number;
  readonly toMs?: number;
  /** Default 1006: the line broke. */
  readonly code?: number;
  /** Absent: the first socket of its client. */
  readonly resumed?: boolean;
  /** Default 1. */
  readonly life?: number;
}

/** A signal as a test makes it up: at the 20th second, answered and heard at once, unless it says otherwise. */
interface MadeUpSignal {
  readonly sender: SocketRecord;
  readonly receiver: SocketRecord;
  readonly sentAtMs?: number;
  readonly answers?: readonly (Partial<AnswerRecord> & Pick<AnswerRecord, 'type'>)[];
  readonly heard?: readonly {
    readonly atMs?: number;
    readonly at?: SocketRecord;
    readonly mailed?: number;
  }[];
}

/** A trial that never was: ada and bob in the hall, each with a node of its own, in a minute in which all went well. */
export class Fabricated {
  readonly history = new History();
  readonly ada: SocketRecord;
  readonly bob: SocketRecord;
  readonly frozen: (Interval & { readonly url: string })[] = [];
  readonly losses: number[] = [];
  readonly #places = new Map<string, number>();

  constructor() {
    this.ada = this.socket({ client: 'ada', fromMs: 0 });
    this.bob = this.socket({ client: 'bob', fromMs: 0 });
    this.signal({ sender: this.ada, receiver: this.bob, sentAtMs: 1_000 });
    this.signal({ sender: this.bob, receiver: this.ada, sentAtMs: 1_000 });
  }

  socket({ client, fromMs, toMs, code = 1006, resumed, life = 1 }: MadeUpSocket): SocketRecord {
    const session = `session-${this.history.sockets.length}`;
    const socket: SocketRecord = {
      client,
      url: `http://node-of-${client}`,
      triedAtMs: fromMs,
      offeredResume: resumed !== undefined,
      welcome: { peer: client, instance: `life-${life}`, session, resumed: resumed ?? false, atMs: fromMs },
    };
    this.history.sockets.push(socket);
    if (toMs !== undefined) this.end(socket, toMs, code);
    return socket;
  }

  end(socket: SocketRecord, atMs: number, code = 1006): void {
    socket.end = { atMs, code, reason: '' };
  }

  signal(made: MadeUpSignal): SignalRecord {
    const { sender, receiver, sentAtMs = 20_000, answers = [{ type: 'delivered' }], heard = [{}] } = made;
    const signal: SignalRecord = {
      id: `signal-${this.history.signals.size}`,
      sender,
      room: 'hall',
      to: lifeOf(receiver),
      place: this.#nextPlace(sender),
      sentAtMs,
      answers: answers.map((answer) => ({ atMs: sentAtMs + 5, ...answer })),
    };
    this.history.signals.set(signal.id, signal);
    for (const { at = receiver, ...rest } of heard)
      this.hear(signal, { receiver: at, atMs: sentAtMs + 5, ...rest });
    return signal;
  }

  hear(
    signal: SignalRecord,
    how: { receiver: SocketRecord; atMs: number; mailed?: number },
    isFromStranger = false,
  ): void {
    const { id, room, sender } = signal;
    this.history.hearings.push({ id, room, from: lifeOf(sender), isFromStranger, ...how });
  }

  /** @param changed what the trial left behind, where it is not what it should be */
  findings(changed: Partial<Findings> = {}): Findings {
    const rooms = (other: SocketRecord) => new Map([['hall', [{ ...lifeOf(other), isAway: false }]]]);
    const [ada, bob] = ['ada', 'bob'].map((client) => this.#lastOf(client)) as [SocketRecord, SocketRecord];
    return {
      history: this.history,
      endedAtMs: 60_000,
      windowMs: 15_000,
      frozen: this.frozen,
      losses: this.losses,
      sights: [
        { client: 'ada', life: lifeOf(ada), rooms: rooms(bob) },
        { client: 'bob', life: lifeOf(bob), rooms: rooms(ada) },
      ],
      unreached: [],
      leftovers: [],
      complaints: [],
      ...changed,
    };
  }

  #lastOf(client: string): SocketRecord | undefined {
    return this.history.sockets.findLast((socket) => socket.client === client && socket.welcome);
  }

  #nextPlace({ client }: SocketRecord): number {
    const place = (this.#places.get(client) ?? 0) + 1;
    this.#places.set(client, place);
    return place;
  }
}

const lifeOf = ({ client, welcome }: SocketRecord) => ({
  peer: welcome?.peer ?? client,
  instance: welcome?.instance ?? '',
});
