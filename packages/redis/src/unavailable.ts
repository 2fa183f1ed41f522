import { Unavailable } from '@parley/core';

/**
 * What every failure of a command becomes on its way to the core: whatever went wrong, the outcome is unknown, unless Redis
 * said no or was not even asked.
 *
 * The cause loses the `command` that ioredis hangs on it: the arguments hold what clients chose, and the cause may reach
 * a log.
 */
export function unavailable(what: string, failure: unknown): Unavailable {
  if (failure instanceof Unavailable) return failure;
  if (failure instanceof Error && 'command' in failure) delete failure.command;
  return new Unavailable(`Redis gave no answer to ${what}`, {
    cause: failure,
    neverHappened: isOutOfMemory(failure) || wasNeverSent(failure),
  });
}

/** Whether a command failed because Redis is full, and so did nothing at all. */
export function isOutOfMemory(failure: unknown): boolean {
  const cause = failure instanceof Unavailable ? failure.cause : failure;
  return cause instanceof Error && cause.message.startsWith('OOM ');
}

/** What ioredis says of a command for which there was no connection, where none may wait for one. */
const wasNeverSent = (failure: unknown) =>
  failure instanceof Error &&
  /^(Stream isn't writeable|Cluster isn't ready) and enableOfflineQueue/.test(failure.message);
