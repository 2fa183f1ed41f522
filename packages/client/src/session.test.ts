import { expect, it } from 'vitest';

import type { PlatformWebSocket } from './api.ts';
import { Session } from './session.ts';
import { Timers } from './timers.ts';

/** `readyState` (WHATWG WebSockets). */
const [OPEN, CLOSING] = [1, 2];

it.each(['5', '"welcome"', 'true', 'null', 'no JSON'])(
  'a frame that is no message is not heard: %s',
  (data) => {
    const { heard, hear } = opened();
    expect(() => hear(data)).not.toThrow();
    expect(heard).toEqual([]);
  },
);

it('a frame that is one is heard', () => {
  const { heard, hear } = opened();
  hear('{"type":"pong"}');
  expect(heard).toEqual([{ type: 'pong' }]);
});

it('nothing is said on a socket that is closing already, of which browsers would complain', () => {
  const { said, hear, become, session } = opened();
  session.send({ type: 'ping' });
  expect(said).toEqual([]); // nor before it is welcome
  hear('{"type":"welcome"}');
  session.send({ type: 'ping' });
  become(CLOSING);
  session.send({ type: 'ping' });
  expect(said).toEqual(['{"type":"ping"}']);
});

/** A session, what it has heard, what it has said, and what its socket tells it. Listeners throw as in Node: to whoever calls them. */
function opened() {
  const heard: unknown[] = [];
  const said: string[] = [];
  let hear: (data: unknown) => void = () => {};
  const socket = {
    readyState: OPEN,
    send: (text: string) => said.push(text),
    addEventListener(type: string, listener: (event: { data: unknown }) => void) {
      if (type === 'message') hear = (data) => listener({ data });
    },
  };
  const timers = new Timers();
  const message = (_: Session, what: unknown) => heard.push(what);
  const session = new Session(socket as unknown as PlatformWebSocket, timers, {
    welcome: () => {},
    message,
    closed: () => {},
  });
  timers.clear();
  const become = (readyState: number) => void Object.assign(socket, { readyState });
  return { session, heard, said, hear: (data: unknown) => hear(data), become };
}
