import { brokeOff, type Evidence, SLACK_MS } from './evidence.ts';
import { lifeKey, type HearingRecord, type SignalRecord, type SocketRecord } from './history.ts';
import { name } from './judge-answers.ts';

/** Nothing arrives twice, unless it says that it may. */
export function arrivesOnce(evidence: Evidence): string[] {
  return evidence.signals.flatMap((signal) => {
    const [, ...again] = evidence.hearingsOf(signal);
    const unmarked = again.filter(({ mailed = 0 }) => mailed === 0);
    return unmarked.length > 0
      ? [`${name(signal)} arrived ${again.length + 1} times, and ${unmarked.length} times without saying so`]
      : [];
  });
}

/** It is for whom it was meant, from whom it says, and arrives nowhere else. */
export function arrivesWhereItShould(evidence: Evidence): string[] {
  return evidence.signals.flatMap((signal) =>
    evidence
      .hearingsOf(signal)
      .filter(
        ({ receiver, from, room }) =>
          !isSame(receiver.welcome, signal.to) ||
          !isSame(signal.sender.welcome, from) ||
          room !== signal.room,
      )
      .map(({ receiver, room }) => `${name(signal)} arrived at ${receiver.client} in ${room}`),
  );
}

/**
 * What was said to be delivered did arrive, unless the receiver's line broke: what is written to a socket may be lost with it,
 * and it is written until the node has noticed.
 */
export function deliveredArrives(evidence: Evidence): string[] {
  return missing(evidence, 'delivered').flatMap(({ signal, answeredAtMs }) => {
    const excuse = evidence
      .socketsOf(signal.to)
      .some(
        (socket) =>
          brokeOff(socket) &&
          (socket.end?.atMs ?? Infinity) <= answeredAtMs + SLACK_MS &&
          evidence.noticedByMs(socket) >= signal.sentAtMs,
      );
    return excuse ? [] : [`${name(signal)} was answered delivered, did not arrive, and no line had broken`];
  });
}

/**
 * What was kept arrives when the receiver comes back, unless it never did or its line broke again before it had read, the sender
 * was gone by then, or Redis had lost its memory.
 */
export function keptArrives(evidence: Evidence): string[] {
  return missing(evidence, 'kept').flatMap(({ signal, answeredAtMs }) => {
    const couldRead = ({ welcome, end, ...socket }: SocketRecord) =>
      welcome !== undefined &&
      welcome.atMs >= signal.sentAtMs &&
      !(
        brokeOff({ ...socket, ...(end && { end }) }) &&
        (end?.atMs ?? Infinity) <= Math.max(welcome.atMs, answeredAtMs) + SLACK_MS
      );
    const back = evidence.socketsOf(signal.to).find(couldRead);
    const backAtMs = back?.welcome?.atMs;
    if (backAtMs === undefined || hadLeft(evidence, signal, backAtMs)) return [];
    if (evidence.lostDataWithin({ fromMs: signal.sentAtMs, toMs: backAtMs })) return [];
    return [`${name(signal)} was kept, its receiver came back, and it did not arrive`];
  });
}

/**
 * From one life to another in one room, in order. Of a signal without an answer, whose socket had ended, nobody knows
 * when it is over: it may come late, and is not counted. Neither is what arrives for a second time.
 */
export function arrivesInOrder(evidence: Evidence): string[] {
  const furthest = new Map<string, SignalRecord>();
  const heard = new Set<string>();
  return evidence.findings.history.hearings.flatMap(({ id, from, receiver, room }) => {
    const signal = evidence.findings.history.signals.get(id);
    if (!signal || heard.has(id)) return [];
    heard.add(id);
    const pair = [lifeKey(from), lifeKey(receiver.welcome ?? from), room].join(' ');
    const before = furthest.get(pair);
    if (!before || before.place < signal.place) furthest.set(pair, signal);
    else if (signal.answers.length > 0) return [`${name(signal)} arrived after no. ${before.place}`];
    return [];
  });
}

/** Nothing stale: live signals arrive within the time after which nodes drop them; mail waits as long as it must. */
export function arrivesFresh(evidence: Evidence): string[] {
  return evidence.signals.flatMap((signal) =>
    evidence
      .hearingsOf(signal)
      .filter((hearing) => !isMail(signal, hearing))
      .flatMap(({ atMs }) => {
        const tookMs = evidence.tookMs({ fromMs: signal.sentAtMs, toMs: atMs }, signal.sender);
        return tookMs > FRESH_MS + SLACK_MS ? [`${name(signal)} arrived ${Math.round(tookMs)} ms after`] : [];
      }),
  );
}

/** `peer-joined` comes before that peer's first signal. */
export function arrivesFromKnownPeers(evidence: Evidence): string[] {
  return evidence.findings.history.hearings
    .filter(({ isFromStranger }) => isFromStranger)
    .map(
      ({ id, receiver, room }) => `${receiver.client} heard ${id} in ${room} from somebody it did not know`,
    );
}

/** What should have arrived by its last answer, and did not. */
function missing(evidence: Evidence, type: 'delivered' | 'kept') {
  return evidence.signals.flatMap((signal) => {
    const answer = signal.answers.find((given) => given.type === type);
    return answer && evidence.hearingsOf(signal).length === 0 ? [{ signal, answeredAtMs: answer.atMs }] : [];
  });
}

/** Its life had ended by then: its last socket had, and no other one continued it. */
function hadLeft(evidence: Evidence, { sender }: SignalRecord, atMs: number): boolean {
  const last = sender.welcome && evidence.socketsOf(sender.welcome).at(-1);
  return last?.end !== undefined && last.end.atMs <= atMs + SLACK_MS;
}

/** Also what was put there without its sender ever hearing of it. */
const isMail = ({ answers, sentAtMs }: SignalRecord, { mailed, receiver }: HearingRecord) =>
  mailed !== undefined ||
  answers.some(({ type }) => type === 'kept') ||
  (!answers.some(({ type }) => type === 'delivered') &&
    receiver.welcome?.resumed === true &&
    receiver.welcome.atMs >= sentAtMs);

const isSame = (
  one: { peer: string; instance: string } | undefined,
  other: { peer: string; instance: string },
) => one !== undefined && lifeKey(one) === lifeKey(other);

/** What is promised. */
const FRESH_MS = 2_000;
