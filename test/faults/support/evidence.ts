import {
  lifeKey,
  type HearingRecord,
  type History,
  type Life,
  type SignalRecord,
  type SocketRecord,
} from './history.ts';
import { overlapMs, type Interval } from './interval.ts';
import type { Seen } from './room-sight.ts';

/** How a client sees the world once quiet has returned. */
export interface FinalSight {
  readonly client: string;
  /** Absent: it has no socket. */
  readonly life?: Life;
  /** Of each room that it wants to be in. */
  readonly rooms: ReadonlyMap<string, readonly Seen[]>;
}

/** Everything that a trial leaves behind for the judge. */
export interface Findings {
  readonly history: Pick<History, 'sockets' | 'signals' | 'hearings' | 'oddities' | 'stalls'>;
  /** Until when all of this was watched. */
  readonly endedAtMs: number;
  /** How long a peer may come back. */
  readonly windowMs: number;
  readonly frozen: readonly (Interval & { readonly url: string })[];
  /** When Redis lost what it knew. */
  readonly losses: readonly number[];
  readonly sights: readonly FinalSight[];
  /** Signals of the last round, when all was healed, that did not arrive. */
  readonly unreached: readonly string[];
  /** What Redis still holds of nodes whose life is over. */
  readonly leftovers: readonly string[];
  /** What nodes should never have said, and ends that should have been others. */
  readonly complaints: readonly string[];
}

/** The findings, put in order. */
export class Evidence {
  readonly findings: Findings;
  readonly signals: readonly SignalRecord[];
  readonly #hearings = new Map<string, HearingRecord[]>();
  readonly #sockets = new Map<string, SocketRecord[]>();
  readonly #ownSockets = new Map<string, SocketRecord[]>();

  constructor(findings: Findings) {
    const { sockets, signals, hearings } = findings.history;
    this.findings = findings;
    this.signals = [...signals.values()];
    for (const hearing of hearings) gather(this.#hearings, hearing.id, hearing);
    for (const socket of sockets) {
      if (!socket.welcome) continue;
      gather(this.#sockets, lifeKey(socket.welcome), socket);
      gather(this.#ownSockets, socket.client, socket);
    }
  }

  /** How often, and where, a signal arrived; in the order of arrival. */
  hearingsOf({ id }: SignalRecord): readonly HearingRecord[] {
    return this.#hearings.get(id) ?? [];
  }

  /** Every socket that spoke for this life, in the order in which they were tried. */
  socketsOf(life: Life): readonly SocketRecord[] {
    return this.#sockets.get(lifeKey(life)) ?? [];
  }

  /** Every socket of each client that was welcomed, in the order in which they were tried. */
  get clients(): Iterable<readonly [client: string, sockets: readonly SocketRecord[]]> {
    return this.#ownSockets;
  }

  /** How long something took that this node had to do, without the time in which it was frozen or we did not look. */
  tookMs(interval: Interval, { url }: SocketRecord): number {
    const frozen = this.findings.frozen.filter((freeze) => freeze.url === url);
    const whole = interval.toMs - interval.fromMs;
    return whole - overlapMs(interval, frozen) - overlapMs(interval, this.findings.history.stalls);
  }

  /** By when its node must have noticed that this socket has ended; the end of time while it stands. */
  noticedByMs({ url, end }: SocketRecord): number {
    if (!end) return Infinity;
    const freeze = this.findings.frozen.find(
      ({ url: frozen, fromMs, toMs }) => frozen === url && fromMs <= end.atMs && end.atMs <= toMs,
    );
    return (freeze?.toMs ?? end.atMs) + SLACK_MS;
  }

  /** Redis lost what it knew in this time, or so shortly before that nodes may not have told it again. */
  lostDataWithin({ fromMs, toMs }: Interval): boolean {
    return this.findings.losses.some((atMs) => fromMs - REASSERTED_MS <= atMs && atMs <= toMs + SLACK_MS);
  }
}

/** What a busy machine may add to every promised time. */
export const SLACK_MS = 1_000;

/** By then every node has told an empty Redis again what it should know. */
const REASSERTED_MS = 15_000;

/** The line broke: what had been written to it may be lost. A close in good order comes after everything before it. */
export const brokeOff = ({ end }: SocketRecord) =>
  end !== undefined && (end.code === 1006 || end.code === 4001);

function gather<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}
