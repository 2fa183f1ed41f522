// The end of "npm test": a table, and the one line that tools read.

/**
 * @typedef {object} Row
 * @property {string} name of the step or suite
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly string[]} notes why, and how to get what is missing
 */

/** @param {readonly Row[]} rows @param {{ isSkipFailure: boolean }} options @returns {number} the exit code */
export function printReport(rows, { isSkipFailure }) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    rows.reduce((total, row) => total + row[key], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  const width = Math.max(...rows.map((row) => row.name.length), 'what ran'.length);

  console.log(`\n${'what ran'.padEnd(width)}   passed  failed  skipped`);
  for (const row of rows) {
    const cells = [row.passed, row.failed, row.skipped].map((count) => String(count).padStart(8));
    console.log(`${row.name.padEnd(width)} ${cells.join('')}${row.failed > 0 ? '   FAILED' : ''}`);
    for (const note of row.notes) console.log(`${' '.repeat(width)}     ${note}`);
  }
  if (skipped > 0 && isSkipFailure) console.log('\nA skipped test is a failure here, because CI=true.');
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || (skipped > 0 && isSkipFailure) ? 1 : 0;
}
