import fc from 'fast-check';
import { History, type HistorySubject } from './history.ts';
import { insist, LawBroken } from './laws.ts';
import { Unclear } from './span.ts';
import { anyHistory, type Step } from './steps.ts';

export { LAWS, LawBroken } from './laws.ts';
export type { HistorySubject } from './history.ts';

export interface ComebacksSubject extends HistorySubject {
  /** What is there after everything and would stay for ever. */
  endless?(): Promise<readonly string[]>;
}

export interface ComebacksOptions {
  /** Of every history anew. */
  readonly make: () => ComebacksSubject;
  readonly runs: number;
  /** Of its own, if several have one directory. */
  readonly name?: string;
  readonly seed?: number;
  /** Without looking for a shorter history that shows the same. */
  readonly isHasty?: boolean;
  /** How long histories wait at a time. */
  readonly waitsMs: readonly number[];
  /** By how much a key may end earlier or later than it says. */
  readonly toleranceMs?: number;
}

export interface Verdict {
  readonly broken?: LawBroken;
  /** The shortest history that shows it. */
  readonly steps?: readonly Step[];
  readonly seed: number;
  /** How many steps were judged, and how many histories ended early because nobody could tell what time it was. */
  readonly judged: number;
  readonly unclear: number;
}

/**
 * Lets peers come, go and come back in any order, and holds every answer against the {@link LAWS}.
 *
 * The models are told when each call was made only as well as somebody outside can know it; a history that goes on at the
 * very moment at which something ends is not judged any further.
 */
export async function comebacks({
  make,
  runs,
  name = 'one',
  seed,
  isHasty = false,
  waitsMs,
  toleranceMs = 0,
}: ComebacksOptions): Promise<Verdict> {
  let [judged, unclear, named] = [0, 0, 0];
  const property = fc.asyncProperty(anyHistory(waitsMs), async (steps) => {
    const subject = make();
    const history = new History(subject, `${name}-${(named += 1)}`, toleranceMs);
    try {
      for (const step of steps) {
        await history.carryOut(step);
        judged += 1;
      }
      await history.end();
      const endless = (await subject.endless?.()) ?? [];
      insist('ends', endless.length === 0, endless);
    } catch (failure) {
      if (!(failure instanceof Unclear)) throw failure;
      unclear += 1;
    }
  });
  const result = await fc.check(property, {
    numRuns: runs,
    endOnFailure: isHasty,
    ...(seed !== undefined && { seed }),
  });
  const counts = { seed: result.seed, judged, unclear };
  if (!result.failed) return counts;
  const broken = result.errorInstance;
  if (!(broken instanceof LawBroken)) throw broken;
  return { ...counts, broken, steps: result.counterexample?.[0] ?? [] };
}
