import { type Evidence, SLACK_MS } from './evidence.ts';
import type { SignalRecord } from './history.ts';

/** Every signal has exactly one answer; none only if the sender's own socket ended before it could come. */
export function answeredOnce(evidence: Evidence): string[] {
  return evidence.signals.flatMap((signal) => {
    const { answers, sender, sentAtMs } = signal;
    if (answers.length > 1)
      return [`${name(signal)} was answered ${answers.map(({ type }) => type).join(', ')}`];
    if (answers.length === 1) return [];
    const waitedMs = evidence.tookMs(
      { fromMs: sentAtMs, toMs: sender.end?.atMs ?? evidence.findings.endedAtMs },
      sender,
    );
    return waitedMs > ANSWER_MS + SLACK_MS
      ? [`${name(signal)} had no answer in ${Math.round(waitedMs)} ms of its socket`]
      : [];
  });
}

/** "Within 2 s after it was read." */
export function answeredInTime(evidence: Evidence): string[] {
  return evidence.signals.flatMap((signal) =>
    signal.answers.flatMap(({ atMs, type, code }) => {
      const tookMs = evidence.tookMs({ fromMs: signal.sentAtMs, toMs: atMs }, signal.sender);
      return tookMs > ANSWER_MS + SLACK_MS
        ? [`${name(signal)} was answered ${code ?? type} after ${Math.round(tookMs)} ms`]
        : [];
    }),
  );
}

/** Nobody here sends what is malformed, forbidden, or about a room where it has no seat. */
export function answeredSensibly(evidence: Evidence): string[] {
  return evidence.signals.flatMap((signal) =>
    signal.answers
      .filter(({ code }) => code !== undefined && !SENSIBLE.has(code))
      .map(({ code }) => `${name(signal)} was answered ${code}`),
  );
}

/** What was refused for certain did not arrive all the same. */
export function refusedStaysAway(evidence: Evidence): string[] {
  return evidence.signals.flatMap((signal) => {
    const refusal = signal.answers.find(({ code = '' }) => CERTAIN.has(code));
    return refusal && evidence.hearingsOf(signal).length > 0
      ? [`${name(signal)} was answered ${refusal.code} and arrived`]
      : [];
  });
}

/** A signal, as a person can find it again. */
export const name = ({ id, place, to }: SignalRecord) => `${id} (no. ${place} to ${to.peer.slice(0, 8)})`;

/** What is promised. */
const ANSWER_MS = 2_000;
const CERTAIN: ReadonlySet<string> = new Set(['peer-unreachable', 'mail-full']);
const SENSIBLE: ReadonlySet<string> = new Set([
  'peer-unreachable',
  'mail-full',
  'delivery-timeout',
  'cluster-unavailable',
]);
