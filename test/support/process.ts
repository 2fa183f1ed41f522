import { Child, surroundings, type Exit } from './child.ts';
import { shippedPath } from './shipped.ts';
import { unlimited } from './unlimited.ts';
import { until } from './until.ts';

/** One line of a node's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A node as it is deployed: a process of its own, from the built `apps/edge`. */
export interface NodeProcess {
  readonly port: number;
  readonly opsPort: number;
  /** Of the service port, `http://127.0.0.1:port`. */
  readonly url: string;
  readonly opsUrl: string;
  readonly pid: number;
  /** Its log so far, without lines that are not JSON. */
  readonly lines: readonly LogLine[];
  /** Everything it wrote so far, as it was. */
  readonly output: string;
  readonly exited: Promise<Exit>;
  /** Waits for the log line with this `event`, past or to come. */
  logged(event: string, deadlineMs?: number): Promise<LogLine>;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** How a start ended that was meant to fail. */
export interface FailedStart extends Exit {
  readonly output: string;
}

/**
 * Starts `apps/edge/dist/main.js` on free loopback ports and waits for its `listening` line.
 *
 * @param env nothing else configures it, and nothing is inherited. Without a `PARLEY_AUTH` or keys a node does not start
 * @param program what to run it with: this Node, unless a test wants another version
 */
export async function startNode(env: NodeJS.ProcessEnv, program = process.execPath): Promise<NodeProcess> {
  const lines: LogLine[] = [];
  const child = spawnNode(env, program, (line) => lines.push(...parsed(line)));
  const find = (event: string) => lines.find((line) => line['event'] === event);
  const { port, opsPort } = ports(await child.ready(() => find('listening')));
  return {
    port,
    opsPort,
    url: `http://127.0.0.1:${port}`,
    opsUrl: `http://127.0.0.1:${opsPort}`,
    pid: child.pid,
    lines,
    get output() {
      return child.output;
    },
    exited: child.exited,
    logged: (event, deadlineMs) => until(`the node to log "${event}"`, () => find(event), deadlineMs),
    kill: (signal) => child.kill(signal),
    stop: () => child.stop(),
  };
}

/** Runs a node that should refuse to start, and returns its last words. */
export async function failToStart(env: NodeJS.ProcessEnv, program = process.execPath): Promise<FailedStart> {
  const child = spawnNode(env, program, () => {});
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const exit = await child.exited;
  clearTimeout(late);
  return { ...exit, output: child.output };
}

function spawnNode(env: NodeJS.ProcessEnv, program: string, onLine: (line: string) => void): Child {
  const defaults = {
    PARLEY_HOST: '127.0.0.1',
    PARLEY_PORT: '0',
    PARLEY_OPS_PORT: '0',
    PARLEY_SOCKET: 'auto',
    PARLEY_DRAIN_MS: '0',
    ...unlimited,
  };
  return new Child({
    name: 'the node',
    path: program,
    args: ['apps/edge/dist/main.js'],
    cwd: shippedPath('.'),
    env: surroundings({ ...defaults, ...env }),
    onLine,
  });
}

/** A log line, or nothing: warnings of Node itself come as plain text. */
function parsed(line: string): LogLine[] {
  return line.startsWith('{') ? [JSON.parse(line) as LogLine] : [];
}

function ports(listening: LogLine): { port: number; opsPort: number } {
  const { port, opsPort } = listening;
  if (typeof port === 'number' && typeof opsPort === 'number') return { port, opsPort };
  throw new Error(`a "listening" line without ports: ${JSON.stringify(listening)}`);
}
