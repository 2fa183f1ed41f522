import type { Log } from '@parley/core';
import { destination as stdout, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream } from 'pino';

/** From few lines to many; LOGGING.md says what each is for. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Stands in every line. */
  readonly node?: string;
  /** Where lines go; default standard output. */
  readonly destination?: DestinationStream;
}

/** When nobody reads standard output, so many bytes wait; then lines are dropped rather than sessions. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024;

/**
 * One JSON object a line: `level`, `time` (ISO 8601), `node`, the fields, `msg`. Written in the background, so that a
 * slow reader never holds the node up; what is not yet written when the process exits is written then.
 */
export function createLog({ level, node, destination = background() }: LogOptions): Log {
  const options = {
    level,
    base: node === undefined ? {} : { node },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describeError },
    redact: { paths: redactedPaths(), censor: '[redacted]' },
  };
  return pino(options, destination);
}

function background(): DestinationStream {
  return stdout({ dest: 1, sync: false, maxLength: MAX_UNWRITTEN_BYTES });
}

/** A second fence: nobody logs these, and if somebody does, they do not get out. */
const SECRET_FIELDS = [
  'token',
  'secret',
  'credential',
  'resume',
  'restart',
  'authorization',
  'cookie',
  'sec-websocket-protocol',
  'sdp',
  'description',
  'candidate',
  'custom',
  'meta',
];

/** At the top and up to two objects down. */
function redactedPaths(): string[] {
  return SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);
}

/**
 * Name, message, code, stack and cause. Not the rest: libraries hang the command that failed onto their errors, and in it
 * stands what clients sent.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return { ...naked(error), ...(error.cause !== undefined && { cause: naked(error.cause) }) };
}

function naked(error: unknown): object {
  if (!(error instanceof Error)) return { message: 'not an Error' };
  const { name, message, stack } = error;
  return { name, message, code: 'code' in error ? error.code : undefined, stack };
}
