// npm run bench: measures Parley beside the raw limit and beside what people would use instead. See ../README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describeMachine } from './machine.ts';
import { readOptions, usage, type Options } from './options.ts';
import { Progress } from './progress.ts';
import { outcomeOf, type Outcome, type Report } from './report/report.ts';
import { svg } from './report/svg.ts';
import { table } from './report/table.ts';
import { roundsOf, runRounds } from './rounds.ts';
import { SCENARIOS } from './scenarios/index.ts';
import type { Scenario } from './scenarios/scenario.ts';

const RESULTS = fileURLToPath(new URL('../../../bench-results/', import.meta.url));

// What was started ends with this process: leaving is enough.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const options = asked();
if (options) {
  if (options.profile !== undefined) process.env['BENCH_PROFILE'] = folderOf(options.profile);
  const report = await run(options);
  console.log(table(report));
  keep(report, options.picture);
  process.exit(report.failures.length === 0 ? 0 : 1);
}

function asked(): Options | undefined {
  try {
    return readOptions(process.argv.slice(2), SCENARIOS);
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage(SCENARIOS)}`);
    process.exitCode = 1;
    return undefined;
  }
}

async function run({ scenarios, rounds, seed, isQuick }: Options): Promise<Report> {
  const [startedAt, machine] = [new Date().toISOString(), describeMachine()];
  const times = (scenario: Scenario) => roundsOf(scenario, rounds, isQuick);
  const steps = scenarios.map((scenario) => scenario.entrants.length * times(scenario));
  const progress = new Progress(steps.reduce((sum, count) => sum + count, 0));
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) {
    const found = await runRounds(scenario, times(scenario), { isQuick, seed }, progress);
    outcomes.push(outcomeOf(scenario, found));
  }
  progress.end();
  return { startedAt, isQuick, seed, machine, scenarios: outcomes, failures: progress.failures };
}

/** Absolute, because nodes run elsewhere. */
function folderOf(path: string): string {
  mkdirSync(path, { recursive: true });
  return resolve(path);
}

function keep(report: Report, picture: string | undefined): void {
  mkdirSync(RESULTS, { recursive: true });
  const path = `${RESULTS}${report.startedAt.replaceAll(':', '-')}`;
  writeFileSync(`${path}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${path}.txt`, table(report));
  for (const file of [`${path}.svg`, ...(picture === undefined ? [] : [picture])])
    writeFileSync(file, svg(report));
  console.log(`Kept as ${path}.{json,txt,svg}`);
}
