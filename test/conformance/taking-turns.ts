import { WebSocket } from 'ws';

import type { Target } from './case.ts';

/** A WebSocket that goes to the one address and to the other in turns. */
export function takingTurns(here: string, there: string): Target['WebSocket'] {
  let count = 0;
  class TakingTurns extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super((count += 1) % 2 === 0 ? address.replace(here, there) : address, protocols);
    }
  }
  return TakingTurns as unknown as Target['WebSocket'];
}
