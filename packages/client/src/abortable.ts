/** Waits for a promise no longer than a signal allows: then rejects with the signal's reason, and `abandoned` is called. */
export function abortable<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
  abandoned?: () => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      abandoned?.();
      reject(signal?.reason as Error);
    };
    const settled = () => signal?.removeEventListener('abort', aborted);
    promise.then(resolve, reject).finally(settled);
    if (signal?.aborted) return aborted();
    signal?.addEventListener('abort', aborted);
  });
}
