import { expect, it } from 'vitest';

import type { PlatformWebSocket } from './api.ts';
import { Session } from './session.ts';
import { Timers } from './timers.ts';

it.each(['5', '"welcome"', 'true', 'null', 'no JSON'])(
  'a frame that is no message is not heard: %s',
  (data) => {
    const { heard, hear } = session();
    expect(() => hear(data)).not.toThrow();
    expect(heard).toEqual([]);
  },
);

it('a frame that is one is heard', () => {
  const { heard, hear } = session();
  hear('{"type":"pong"}');
  expect(heard).toEqual([{ type: 'pong' }]);
});

/** A session, what it has heard, and what its socket tells it. Listeners throw as in Node: to whoever calls them. */
function session() {
  const heard: unknown[] = [];
  let hear: (data: unknown) => void = () => {};
  const socket = {
    addEventListener(type: string, listener: (event: { data: unknown }) => void) {
      if (type === 'message') hear = (data) => listener({ data });
    },
  } as unknown as PlatformWebSocket;
  const timers = new Timers();
  const message = (_: Session, said: unknown) => heard.push(said);
  void new Session(socket, timers, { welcome: () => {}, message, closed: () => {} });
  timers.clear();
  return { heard, hear };
}
