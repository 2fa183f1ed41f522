// A node writes one JSON line per event; a person at a terminal reads sentences.

/** pino's levels by number. @type {Record<number, string>} */
const levels = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** Fields that say nothing to whoever started one node by hand. */
const dull = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'node', 'v']);

/** @typedef {{ level: number, event?: string, text: string, [field: string]: unknown }} LogLine */

/** How much a level name weighs, in pino's numbers. @param {string} name @returns {number} */
export function weight(name) {
  const found = Object.entries(levels).find(([, level]) => level === name);
  return found ? Number(found[0]) : name === 'silent' ? 100 : 40;
}

/** Reads one line of a node's output; undefined for what is not a log line. @param {string} line @returns {LogLine | undefined} */
export function parseLogLine(line) {
  const fields = parse(line);
  if (fields === undefined) return undefined;
  const level = typeof fields.level === 'number' ? fields.level : weight(String(fields.level));
  return { ...fields, level, text: sentence(level, fields) };
}

/** @param {number} level @param {Record<string, unknown>} fields */
function sentence(level, fields) {
  const name = levels[level] ?? 'info';
  const rest = Object.entries(fields)
    .filter(([key]) => !dull.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const message = typeof fields.msg === 'string' ? fields.msg : '';
  return [`${name}:`, message, ...rest].join(' ').replaceAll('\n', ' ');
}

/** @param {string} line @returns {Record<string, unknown> | undefined} */
function parse(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // A program may print plain text; the caller shows it as it is.
  }
}
