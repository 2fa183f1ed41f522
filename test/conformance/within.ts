/** How long anything that a server owes may take. */
const PATIENCE_MS = 5_000;

/**
 * The promise's outcome, or an Error once patience is over; `state` then says how things stood.
 *
 * @param what completes the sentence "waited for …"
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  state: () => string = () => '',
  patienceMs = PATIENCE_MS,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`waited ${patienceMs} ms for ${what} ${state()}`.trimEnd())),
      patienceMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
