import { setTimeout as pause } from 'node:timers/promises';

import { RawClient } from '../../support/client.ts';
import { resuming } from './coming-back.ts';

/** Does what a client must do: at its time it opens the new socket with resume; the old one closes by itself. Never, if it need not. */
export async function move(client: RawClient, url: string): Promise<RawClient> {
  const { reconnectAfterMs } = await client.next('going-away', 60_000);
  await pause(reconnectAfterMs);
  const next = await RawClient.connect(url, resuming(client));
  return next;
}
