import type { Timers } from './timers.ts';

/** One waking is told by several events within a moment. */
const BURST_MS = 50;

/** What platforms have of `navigator`; `connection` is not everywhere, and not in TypeScript. */
type AnyNavigator = { readonly onLine?: boolean; readonly connection?: Partial<EventTarget> };

/**
 * Tells when the device woke or its network is another: whatever was said before may not have arrived, and whoever waits need wait
 * no longer. Outside of browsers nothing tells.
 *
 * @param over takes the listeners away
 */
export function onWake(woke: () => void, timers: Timers, over: AbortSignal): void {
  const navigator = (globalThis.navigator ?? {}) as AnyNavigator;
  let isTold = false;
  const wake = () => {
    if (isTold) return;
    isTold = true;
    timers.after(BURST_MS, () => {
      isTold = false;
      // To have no network any more is a change, too.
      if (navigator.onLine !== false) woke();
    });
  };
  const shown = () => {
    if (document.visibilityState === 'visible') wake();
  };
  const listen = { signal: over };
  globalThis.addEventListener?.('online', wake, listen);
  globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && wake(), listen);
  globalThis.document?.addEventListener('visibilitychange', shown, listen);
  navigator.connection?.addEventListener?.('change', wake, listen);
}
