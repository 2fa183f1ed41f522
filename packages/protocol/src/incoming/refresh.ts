import * as z from 'zod';

import { messageId } from '../fields.ts';

/** Shows a newer token of the same user, peer and realm before the old one expires; answered by `refreshed`. */
export const refresh = z.strictObject({
  type: z.literal('refresh'),
  id: messageId.optional(),
  token: z.string().regex(/^[A-Za-z0-9._~-]{16,4096}$/),
});

export type Refresh = z.infer<typeof refresh>;
