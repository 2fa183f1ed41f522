import type { Emits, EventMap, Unsubscribe } from './api.ts';

type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

/** Tells listeners what happened; one that throws disturbs nobody else. */
export class Emitter<Events extends EventMap> implements Emits<Events> {
  readonly #listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {};

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): Unsubscribe {
    // Whoever listens twice with one function is told twice, and takes each away by itself.
    const own: Listener<Events[Name]> = (...args) => guarded(() => listener(...args));
    const listeners = (this.#listeners[name] ??= new Set<Listener<Events[Name]>>());
    listeners.add(own);
    for (const args of this.toldAtOnce(name)) own(...(args as Events[Name]));
    return () => void listeners.delete(own);
  }

  /** Tells each who listens now; false if nobody does. */
  emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): boolean {
    const listeners = [...(this.#listeners[name] ?? [])];
    for (const listener of listeners) listener(...args);
    return listeners.length > 0;
  }

  /** What happened earlier, and each new listener of that name is told: the arguments of each time. */
  protected toldAtOnce(_name: keyof Events): Iterable<readonly unknown[]> {
    return [];
  }
}

/** Calls a stranger's function; what it throws is reported like any uncaught error, and stops nothing here. */
export function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
