import type { StormOptions, StormReport } from './storm.ts';

/** A report as a table of lines. */
export function describeStorm(report: StormReport, { sockets }: StormOptions): string {
  const { backMs, acquaintedMs, mostPerSecond, resumed, failed, redisCommands, lags } = report;
  const commands = [...redisCommands].map(
    ([name, count]) => `  ${name.padEnd(12)} ${count} (${(count / sockets).toFixed(2)} a socket)`,
  );
  const loops = lags.map(
    ({ meanMs, p99Ms, maxMs }) =>
      `  mean ${meanMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms`,
  );
  const failures = [...failed].map(([why, count]) => `${count} ${why}`).join(', ');
  return [
    `back: half in ${seconds(backMs.half)}, 99 % in ${seconds(backMs.most)}, all in ${seconds(backMs.all)}`,
    `everybody seen as here by the other: ${acquaintedMs === undefined ? 'no' : `in ${seconds(acquaintedMs)}`}`,
    `who they were: ${resumed} of ${sockets}; attempts that failed: ${failures || 'none'}; most attempts in a second: ${mostPerSecond}`,
    'Redis commands meanwhile:',
    ...commands,
    'event loop of each node:',
    ...loops,
  ].join('\n');
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
