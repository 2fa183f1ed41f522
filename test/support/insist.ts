import { setTimeout as pause } from 'node:timers/promises';

import type { Outgoing } from '@parley/protocol';

import type { RawClient } from './client.ts';

/**
 * Asks as a good client does: told that the cluster cannot be reached now, it waits as long as it is told to, a little more,
 * and asks again. On a busy machine that happens to who asks in a crowd.
 */
export async function insist(client: RawClient, message: object): Promise<Outgoing> {
  for (;;) {
    const answer = await client.request(message);
    if (answer.type !== 'error' || answer.code !== 'cluster-unavailable') return answer;
    await pause((answer.retryAfterMs ?? 0) * (1 + Math.random() / 2));
  }
}
