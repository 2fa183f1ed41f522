import { Unavailable } from '@parley/core';

/**
 * What every failure of a command becomes on its way to the core: whatever went wrong, the outcome is unknown.
 *
 * The cause loses the `command` that ioredis hangs on it: the arguments hold what clients chose, and the cause may reach
 * a log.
 */
export function unavailable(what: string, failure: unknown): Unavailable {
  if (failure instanceof Unavailable) return failure;
  if (failure instanceof Error && 'command' in failure) delete failure.command;
  return new Unavailable(`Redis gave no answer to ${what}`, { cause: failure });
}

/** Whether a command failed because Redis is full, and so did nothing at all. */
export function isOutOfMemory(failure: unknown): boolean {
  const cause = failure instanceof Unavailable ? failure.cause : failure;
  return cause instanceof Error && cause.message.startsWith('OOM ');
}
