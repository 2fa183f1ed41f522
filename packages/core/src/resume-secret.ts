import { createHash } from 'node:crypto';
import type { SecretHash } from './ports/peers.ts';

/** What the directory knows of a secret. */
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex') as SecretHash;
