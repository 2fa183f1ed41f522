// npm run invariants -- --seeds 20 --minutes 2 [--from 1] [--sdk]
// Trials of a cluster, one after the other, each with faults of its own; the seed of one that fails brings the same again.
// With --sdk, programs with the SDK are judged, instead of what clients hear on the wire.
import { parseArgs } from 'node:util';

import { runAccountTrial } from './support/account-trial.ts';
import { runTrial } from './support/trial.ts';
import { describeVerdict } from './support/verdict.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '2' },
    from: { type: 'string', default: '1' },
    sdk: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const durationMs = Number(values.minutes) * 60_000;
const run = values.sdk ? runAccountTrial : runTrial;

let failed = 0;
for (let seed = from; seed < from + Number(values.seeds); seed += 1) {
  const verdict = await run({ seed, durationMs });
  if (Object.keys(verdict.wrongs).length > 0) failed += 1;
  console.log(describeVerdict(verdict));
}
console.log(failed === 0 ? 'nothing was lost in silence' : `${failed} of ${values.seeds} failed`);
process.exitCode = failed === 0 ? 0 : 1;
