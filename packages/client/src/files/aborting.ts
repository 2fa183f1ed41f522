import type { Unsubscribe } from '../api.ts';

/** Calls once when it is aborted, also if that was before. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): Unsubscribe {
  if (signal?.aborted) listener();
  else signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}

/** The promise, or the reason of the signal if that comes first. Leaves no listener behind. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(forget);
  });
}
