import type { Listen } from '@parley/core';
import { listenWith, load } from '@parley/uws';
import { listen as listenWithWs } from '@parley/ws';
import type { Config } from './config.ts';

/** The socket library of this start. */
export interface ChosenSocket {
  readonly listen: Listen;
  /** As metrics and `/statusz` name it. */
  readonly name: string;
  /** It is not the one that production should run on. */
  readonly warning?: string;
}

/** uWebSockets.js, unless something else is asked for. Throws one sentence with the remedy if it cannot be had. */
export function chooseSocket(choice: Config['PARLEY_SOCKET']): ChosenSocket {
  if (choice === 'ws') return { listen: listenWithWs, name: 'ws' };
  const loaded = load();
  if (loaded.ok) return { listen: listenWith(loaded.library), name: `${loaded.name} ${loaded.version}` };
  if (choice === 'uws') throw new Error(loaded.message);
  return {
    listen: listenWithWs,
    name: 'ws',
    warning: `${loaded.message} Going on with ws, which is slower.`,
  };
}
