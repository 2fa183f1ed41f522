// Runs one node as a child of "npm start": reads its log, passes Ctrl-C on, ends with it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseLogLine, weight } from './log-line.mjs';
import { root } from './workspace.mjs';

/** One Ctrl-C comes twice, from the terminal and from npm; only a later one is from somebody who does not want to wait. */
const secondCtrlCAfterMs = 500;

/**
 * Starts the node and lets this process end when the node does: with 0 after Ctrl-C, else with the node's own code.
 *
 * @param {NodeJS.ProcessEnv} settings the node's whole environment
 * @param {(port: number) => void} onListening
 */
export function startNode(settings, onListening) {
  const shown = weight(settings.PARLEY_LOG_LEVEL ?? 'warn');
  // The line that says "listening" is of level info, so the node logs at least that; what is shown is decided here.
  const level = shown < weight('info') ? settings.PARLEY_LOG_LEVEL : 'info';
  const node = spawn(process.execPath, [join(root, 'apps/edge/dist/main.js')], {
    cwd: root,
    env: { ...settings, PARLEY_LOG_LEVEL: level },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own, else the terminal's Ctrl-C reaches the node beside our SIGTERM and cuts its farewell short.
    detached: process.platform !== 'win32',
  });
  createInterface({ input: node.stdout }).on('line', (line) => {
    const entry = parseLogLine(line);
    if (entry?.event === 'listening' && typeof entry.port === 'number') onListening(entry.port);
    if (entry === undefined) console.log(line);
    else if (entry.level >= shown) console.log(entry.text);
  });
  endTogether(node);
}

/** @param {import('node:child_process').ChildProcess} node */
function endTogether(node) {
  let stoppingSince = Infinity;
  const stop = () => {
    const isImpatient = performance.now() - stoppingSince > secondCtrlCAfterMs;
    node.kill(isImpatient ? 'SIGKILL' : 'SIGTERM');
    stoppingSince = Math.min(stoppingSince, performance.now());
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop);
  process.on('exit', () => node.kill('SIGKILL'));
  node.on('error', (error) => console.error(`The node could not be started: ${error.message}`));
  node.on('close', (code) => process.exit(stoppingSince < Infinity ? 0 : (code ?? 1)));
}
