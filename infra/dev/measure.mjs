// npm run bench | soak | capacity [-- options]: node infra/dev/measure.mjs <program> [options]
// Installs and builds as "npm test" does, and runs a program of apps/bench, which says what else it takes.
import { findPrograms } from './programs.mjs';
import { build, install } from './prepare.mjs';
import { requireNode, run } from './workspace.mjs';

requireNode();
for (const prepare of [install, build]) {
  const { ok, output } = await prepare();
  if (ok) continue;
  console.error(output.trimEnd());
  process.exit(1);
}
const loader = ['--conditions=@parley/source', '--import', './test/support/typescript.mjs'];
const env = { ...process.env, PARLEY_TEST_PROGRAMS: JSON.stringify(await findPrograms()) };
const { code } = await run(process.execPath, [...loader, ...process.argv.slice(2)], { show: true, env });
process.exit(code);
