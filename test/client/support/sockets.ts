import { WebSocket } from 'ws';

import type { WebSocketConstructor } from '@parley/client';

type Frames = (text: string) => readonly string[];

/** A WebSocket behind which sits somebody who reads what is sent, and makes of what comes what it likes. */
export function tapped(
  sent: (text: string) => void,
  received: Frames = (text) => [text],
): WebSocketConstructor {
  class TappedSocket extends WebSocket {
    override send(data: string, ...more: never[]): void {
      sent(data);
      super.send(data, ...more);
    }

    override addEventListener(type: never, listener: never, ...more: never[]): void {
      const hear = listener as (event: object) => void;
      const told = (event: { data: string }) => {
        for (const data of received(event.data)) hear({ data });
      };
      super.addEventListener(type, type === 'message' ? (told as never) : listener, ...more);
    }
  }
  return TappedSocket;
}
