/**
 * How a node is watched: the core's `Log` over pino, its `Metrics` over prom-client, its `Pseudonyms`.
 *
 * - `table.ts` every metric there is; METRICS.md is the same for people
 * - `metrics.ts` the verbs of the port, and what a scrape is answered; `instruments.ts` the plain counters behind them
 * - `log.ts` where lines go and what they never hold; LOGGING.md says which level means what
 * - `pseudonyms.ts` what ids and addresses are called in them
 */
export { createLog, LOG_LEVELS } from './log.ts';
export type { LogLevel, LogOptions } from './log.ts';
export { createMetrics } from './metrics.ts';
export type { NodeInfo, Scrape, ScrapedMetrics } from './metrics.ts';
export { createPseudonyms, MIN_LOG_KEY_BYTES, PSEUDONYM_PATTERN } from './pseudonyms.ts';
export type { PseudonymOptions } from './pseudonyms.ts';
export { METRICS } from './table.ts';
export type { MetricRow } from './table.ts';
