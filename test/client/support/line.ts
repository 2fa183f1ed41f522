import type { Outgoing, Welcome } from '@parley/protocol';
import { WebSocket } from 'ws';

import type { ConnectOptions, StateChange, WebSocketConstructor } from '@parley/client';
import { type Line, type LineEvents, openConnection } from '@parley/client/testing';

/** The WebSocket of the `ws` package, as the SDK takes it. */
export const webSocket = WebSocket;

/** The same for a page of this origin: `ws` and `fetch` say by themselves where they are. */
export function webSocketFrom(origin: string): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { origin });
    }
  };
}

/** What a line has told so far. */
export class Ear implements LineEvents {
  readonly welcomes: Welcome[] = [];
  readonly messages: Outgoing[] = [];
  readonly changes: StateChange[] = [];
  readonly errors: Error[] = [];
  readonly wokenBy: string[] = [];
  isInUse = false;
  /** Called by each welcome, as the rooms would be. */
  onWelcome: (welcome: Welcome) => void = () => {};

  welcomed(welcome: Welcome): void {
    this.welcomes.push(welcome);
    this.onWelcome(welcome);
  }
  hear = (message: Outgoing) => void this.messages.push(message);
  changed = (change: StateChange) => void this.changes.push(change);
  failed = (error: Error) => void this.errors.push(error);
  woke = (why: string) => void this.wokenBy.push(why);

  /** The states, one after the other. */
  get states(): string[] {
    return this.changes.map(({ state }) => state);
  }
}

export interface Opened {
  readonly line: Line;
  readonly ear: Ear;
}

/** Opens a line with a real socket; whoever calls closes it. */
export async function openLine(url: string, options: ConnectOptions = {}, ear = new Ear()): Promise<Opened> {
  return { line: await openConnection(url, { webSocket, ...options }, ear), ear };
}
