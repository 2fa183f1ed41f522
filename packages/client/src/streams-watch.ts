import type { Unsubscribe } from './api.ts';

const METHODS = ['addTrack', 'removeTrack'] as const;
const EVENTS = ['addtrack', 'removetrack'] as const;

/** Who watches which stream; one camera is often sent to many. */
const watchers = new WeakMap<MediaStream, Set<() => void>>();

/**
 * Tells whenever a stream has other tracks than before.
 *
 * The platform says so only of tracks that it adds by itself, and nothing when the program calls `stream.addTrack()`. So for as long as
 * somebody watches, these two methods of this one stream tell.
 */
export function watchTracks(stream: MediaStream, listener: () => void): Unsubscribe {
  const listeners = watchers.get(stream) ?? startWatching(stream);
  listeners.add(listener);
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) stopWatching(stream);
  };
}

function startWatching(stream: MediaStream): Set<() => void> {
  const listeners = new Set<() => void>();
  watchers.set(stream, listeners);
  for (const method of METHODS) {
    const original = stream[method];
    stream[method] = (track) => {
      original.call(stream, track);
      tell.call(stream);
    };
  }
  for (const event of EVENTS) stream.addEventListener(event, tell);
  return listeners;
}

function stopWatching(stream: MediaStream): void {
  watchers.delete(stream);
  // What lies on the stream itself goes, and the platform's own methods are to be seen again.
  for (const method of METHODS) Reflect.deleteProperty(stream, method);
  for (const event of EVENTS) stream.removeEventListener(event, tell);
}

function tell(this: MediaStream): void {
  for (const listener of watchers.get(this) ?? []) listener();
}
