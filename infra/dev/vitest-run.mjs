// Runs vitest and counts what it reports.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, tool } from './workspace.mjs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} remarks what a person should know: titles of skipped tests, an end out of order
 */

/**
 * Runs vitest with its report on this terminal. Whatever goes wrong outside of a test (a file that does not load, an
 * unhandled rejection, a suite over its time) counts as one failure, so that nothing red adds up to green.
 *
 * @param {readonly string[]} args @param {{ env: NodeJS.ProcessEnv, limitMinutes: number }} options
 * @returns {Promise<Counts>}
 */
export async function runVitest(args, { env, limitMinutes }) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const timeoutMs = limitMinutes * 60_000;
    const startedAt = performance.now();
    const { code } = await tool('vitest', ['run', ...args, ...reporters], { show: true, env, timeoutMs });
    const counts = readReport(report);
    if (code !== 0 && counts.failed === 0) {
      const isLate = performance.now() - startedAt >= timeoutMs;
      counts.failed = 1;
      counts.remarks.push(
        isLate ? `ended after ${limitMinutes} minutes` : `vitest ended with ${code} though no test failed`,
      );
    }
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path @returns {Counts} */
function readReport(path) {
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0, remarks: [] };
  for (const file of readFiles(path)) {
    // A file that failed to load has no tests to count.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      counts.failed++;
      counts.remarks.push(`${relative(root, file.name)} failed outside of its tests`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') {
        counts.failed++;
        counts.remarks.push(`failed: ${test.fullName}`);
      } else {
        counts.skipped++;
        counts.remarks.push(`skipped: ${test.fullName}`);
      }
    }
  }
  return counts;
}

/** @param {string} path @returns {Array<{ name: string, status: string, assertionResults: Array<{ status: string, fullName: string }> }>} */
function readFiles(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch {
    return []; // vitest ended before it could report; its exit code says that something failed.
  }
}
