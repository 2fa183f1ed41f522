// npm test [-- --checks | -- <arguments of vitest>]
// Installs, builds, provides the programs that tests run, then checks and tests everything; stops at nothing and reports
// at the end. Plain Node and npm are enough. With arguments only vitest runs, with --checks only the checks.
import { canInstall, installWithApt } from './apt.mjs';
import { build, install } from './prepare.mjs';
import { checks } from './checks.mjs';
import { findPrograms, missingNeeds, remedies } from './programs.mjs';
import { printReport } from './report.mjs';
import { presentSuites } from './suites.mjs';
import { runVitest } from './vitest-run.mjs';
import { requireNode } from './workspace.mjs';

/** @typedef {import('./report.mjs').Row} Row */

requireNode();
const args = process.argv.slice(2);
const isChecksOnly = args.length === 1 && args[0] === '--checks';
const isVitestOnly = args.length > 0 && !isChecksOnly;

/** @type {Row[]} */
const rows = [];

const isInstalled = await prepare('install', install);
if (isInstalled) await prepare('build', build);
if (isInstalled && !isVitestOnly) await runChecks();
if (isInstalled && !isChecksOnly) await runTests();

const isSkipFailure = /^(1|true)$/i.test(process.env.CI ?? '');
process.exitCode = printReport(rows, { isSkipFailure });

/** @param {string} name @param {() => Promise<{ ok: boolean, output: string }>} work */
async function prepare(name, work) {
  const { ok, output } = await work();
  record(name, ok, output);
  return ok;
}

async function runChecks() {
  for (const { name, title, work } of checks) {
    process.stdout.write(`Checking ${title} ... `);
    const { code, output } = await work();
    console.log(code === 0 ? 'ok' : 'FAILED');
    record(name, code === 0, output);
  }
}

async function runTests() {
  const missing = await provide();
  const env = testEnvironment(await findPrograms());
  if (isVitestOnly) {
    rows.push({ name: 'vitest', ...(await vitest(args, 25, missing, env)) });
    return;
  }
  for (const { name, needs, limitMinutes } of presentSuites()) {
    console.log(`\nTesting ${name}`);
    const lacking = missing.filter((need) => needs.includes(need));
    rows.push({ name, ...(await vitest(['--project', `${name}*`], limitMinutes, lacking, env)) });
  }
}

/** Looks for the programs that tests run and installs what it may. @returns {Promise<import('./programs.mjs').Need[]>} what is still missing */
async function provide() {
  const missing = missingNeeds(await findPrograms());
  if (missing.length === 0) console.log('Programs that tests run: all there');
  if (missing.length === 0 || !canInstall()) {
    for (const need of missing) console.log(`Missing: ${need}. To get it: ${remedies[need]}`);
    return missing;
  }
  await installWithApt(missing);
  return missingNeeds(await findPrograms());
}

/** A developer's own PARLEY_ settings must not change what tests see. @param {import('./programs.mjs').Programs} programs */
function testEnvironment(programs) {
  const kept = Object.entries(process.env).filter(([name]) => !/^PARLEY_(?!TEST_)/.test(name));
  return { ...Object.fromEntries(kept), PARLEY_TEST_PROGRAMS: JSON.stringify(programs) };
}

/**
 * @param {readonly string[]} vitestArgs @param {number} limitMinutes @param {readonly import('./programs.mjs').Need[]} lacking
 * @param {NodeJS.ProcessEnv} env
 */
async function vitest(vitestArgs, limitMinutes, lacking, env) {
  const { remarks, ...counts } = await runVitest(vitestArgs, { env, limitMinutes });
  const shown = remarks.length > 6 ? [...remarks.slice(0, 5), `and ${remarks.length - 5} more`] : remarks;
  const why = counts.skipped > 0 ? lacking.map((need) => `${need} is missing: ${remedies[need]}`) : [];
  return { ...counts, notes: [...shown, ...why] };
}

/** @param {string} name @param {boolean} ok @param {string} output */
function record(name, ok, output) {
  if (!ok) console.log(output.trimEnd());
  rows.push({
    name,
    passed: ok ? 1 : 0,
    failed: ok ? 0 : 1,
    skipped: 0,
    notes: ok ? [] : ['what it printed stands above'],
  });
}
