import type { Interval } from './interval.ts';

/** One life of a peer: what others know it by, across every socket that continues it. */
export interface Life {
  readonly peer: string;
  readonly instance: string;
}

/** One socket of a client, from when it was tried. Times are milliseconds of this process's monotonic clock. */
export interface SocketRecord {
  readonly client: string;
  readonly url: string;
  readonly triedAtMs: number;
  /** The client showed the proof of its last session. */
  readonly offeredResume: boolean;
  /** What it was told first; absent if it never was. */
  welcome?: Life & { readonly session: string; readonly resumed: boolean; readonly atMs: number };
  goingAway?: { readonly atMs: number; readonly reconnectAfterMs: number };
  /** `reason`: of the close, or of the refusal before there was a socket. */
  end?: { readonly atMs: number; readonly code: number; readonly reason: string };
}

/** What became of a signal, as its sender was told. */
export interface AnswerRecord {
  readonly atMs: number;
  readonly type: 'delivered' | 'kept' | 'error';
  /** Of an error. */
  readonly code?: string;
}

/** One signal, as it was sent; every one has an `id`. */
export interface SignalRecord {
  readonly id: string;
  readonly sender: SocketRecord;
  readonly room: string;
  /** Whom the sender meant. */
  readonly to: Life;
  /** Grows by one from signal to signal of this sender's life to this receiver's life in this room. */
  readonly place: number;
  readonly sentAtMs: number;
  readonly answers: AnswerRecord[];
}

/** A signal, as it came. */
export interface HearingRecord {
  readonly id: string;
  readonly receiver: SocketRecord;
  readonly room: string;
  readonly from: Life;
  /** When it was read; when it was handled is told by its place among the others. */
  readonly atMs: number;
  readonly mailed?: number;
  /** The receiver had not been told of this peer. */
  readonly isFromStranger: boolean;
}

/** Somebody else in a room came or went, as a client was told. */
export interface NewsRecord {
  readonly client: string;
  readonly type: 'peer-joined' | 'peer-away' | 'peer-back' | 'peer-left';
  readonly room: string;
  readonly peer: string;
  readonly atMs: number;
}

/**
 * Everything that many clients of one process sent, were answered and heard, in the order in which it happened to each: what
 * a judge needs, and nothing that the nodes say of themselves.
 */
export class History {
  readonly sockets: SocketRecord[] = [];
  readonly signals = new Map<string, SignalRecord>();
  readonly hearings: HearingRecord[] = [];
  readonly news: NewsRecord[] = [];
  /** What no client should ever be told. */
  readonly oddities: string[] = [];
  /** When this process itself did not get to run, and so read late what had come in time. */
  readonly stalls: Interval[] = [];

  /** Notices {@link stalls} from now on; returns how to end that. */
  watchStalls(everyMs = 50, fromMs = 200): () => void {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      if (now - last > fromMs) this.stalls.push({ fromMs: last + everyMs, toMs: now });
      last = now;
    }, everyMs);
    return () => clearInterval(timer);
  }
}

/** One word for a life, good as a key. */
export const lifeKey = ({ peer, instance }: Life) => `${peer} ${instance}`;

/** Shortened, for people. */
export const briefly = (id: string) => id.slice(0, 8);
