import type { Found } from './load/jobs/job.ts';
import type { Progress } from './progress.ts';
import type { Scale, Scenario } from './scenarios/scenario.ts';

/** What was found of each entrant, by its name, one after the other. */
export type Rounds = ReadonlyMap<string, readonly Found[]>;

/**
 * Measures every entrant once, then all of them again: A B A B. What the machine does meanwhile, a neighbour or a warmer
 * processor, then meets all of them alike. A round that fails is missing, and `progress` knows why.
 */
export async function runRounds(
  scenario: Scenario,
  rounds: number,
  scale: Scale,
  progress: Progress,
): Promise<Rounds> {
  const found = new Map<string, Found[]>(scenario.entrants.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const entrant of scenario.entrants) {
      progress.begins(`${scenario.name}: ${entrant.name}, round ${round} of ${rounds}`);
      try {
        found.get(entrant.name)?.push(await entrant.measure({ ...scale, seed: scale.seed + round }));
      } catch (error) {
        // An hour of other figures is not to be lost for it.
        progress.failed(`${scenario.name}: ${entrant.name}, round ${round}: ${(error as Error).message}`);
      }
    }
  }
  return found;
}

const ROUNDS = 5;

/** How often this scenario is measured, when so many rounds are asked for, or as many as are usual. */
export function roundsOf(
  { maxRounds = Infinity }: Scenario,
  asked: number | undefined,
  isQuick: boolean,
): number {
  return Math.min(maxRounds, asked ?? (isQuick ? 1 : ROUNDS));
}
