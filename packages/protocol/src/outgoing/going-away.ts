import * as z from 'zod';

import { durationMs } from '../fields.ts';

/**
 * This node stops. After `reconnectAfterMs`, which differs from client to client, open the new socket; close the
 * old one once the new one has its `welcome`. What has not moved is closed with `drained`.
 */
export const goingAway = z.object({
  type: z.literal('going-away'),
  reconnectAfterMs: durationMs,
});

export type GoingAway = z.infer<typeof goingAway>;
