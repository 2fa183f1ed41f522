import type { Waking } from './ports.ts';
import type { Timers } from './timers.ts';

/** One waking is told by several events within a moment. */
const BURST_MS = 50;

/** What platforms have of `navigator`; `connection` is not everywhere, and not in TypeScript. */
type AnyNavigator = {
  readonly onLine?: boolean;
  readonly connection?: Partial<EventTarget> & { readonly type?: string };
};

/**
 * Tells when the device woke or its network is another: whatever was said before may not have arrived, and whoever waits need wait
 * no longer. Outside of browsers nothing tells.
 *
 * @param over takes the listeners away
 */
export function onWake(woke: (why: Waking) => void, timers: Timers, over: AbortSignal): void {
  const navigator = (globalThis.navigator ?? {}) as AnyNavigator;
  const { connection } = navigator;
  let networkType = connection?.type;
  let told: Waking | undefined;
  const wake = (why: Waking) => {
    if (!told) timers.after(BURST_MS, tell);
    if (told !== 'network') told = why;
  };
  const tell = () => {
    const why = told as Waking;
    told = undefined;
    // To have no network any more is a change, too.
    if (navigator.onLine !== false) woke(why);
  };
  const shown = () => {
    if (document.visibilityState === 'visible') wake('shown');
  };
  const changed = () => {
    // It is told of each new estimate of the same network's speed as well.
    wake(connection?.type === networkType ? 'shown' : 'network');
    networkType = connection?.type;
  };
  const listen = { signal: over };
  globalThis.addEventListener?.('online', () => wake('network'), listen);
  globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && wake('shown'), listen);
  globalThis.document?.addEventListener('visibilitychange', shown, listen);
  connection?.addEventListener?.('change', changed, listen);
}
