import { isIP } from 'node:net';
import { isPublicToken, MIN_SECRET_BYTES, MIN_TURN_SECRET_BYTES, readKeyServerUrl } from '@parley/auth';
import { parseRedisUrl } from '@parley/redis';
import { MIN_LOG_KEY_BYTES } from '@parley/telemetry';
import * as z from 'zod';
import { faultOf } from './faults.ts';
import { iceUrlFault } from './ice.ts';
import { originFault } from './origins.ts';

// Each message is made to stand after the variable's name and a colon. No token, secret or password is in one.

/** Anything. */
export const text = z.string();

/** One of these words. */
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(', ')}` });

/** Yes or no. */
export const flag = oneOf(['true', 'false', '1', '0']).transform((word) => word === 'true' || word === '1');

/** A whole number within these bounds, both included. */
export const number = (min: number, max: number) =>
  text
    .refine((digits) => /^\d+$/.test(digits) && Number(digits) >= min && Number(digits) <= max, {
      error: `must be a whole number, ${min} to ${max}`,
    })
    .transform(Number);

/** A TCP port; 0 picks a free one. */
export const port = number(0, 65_535);

/** Entries between commas, one at least; spaces around them do not count. */
export const list = text
  .transform((entries) =>
    entries
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  )
  .refine((entries) => entries.length > 0, { error: 'has no entry' });

/** A list of nothing but these words. */
export const someOf = <const Words extends readonly string[]>(words: Words) =>
  list.pipe(z.array(oneOf(words)));

/** A list of which each entry is looked at by itself. `place` counts from 1. */
const listOf = (fault: (entry: string, place: number) => string | undefined) =>
  list.superRefine((entries, context) => {
    for (const [index, entry] of entries.entries()) {
      const message = fault(entry, index + 1);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }
  });

/** See {@link originFault}. */
export const origins = listOf(originFault);

/** See {@link isPublicToken}. A bad one is told by its place. */
export const publicTokens = listOf((token, place) =>
  isPublicToken(token)
    ? undefined
    : `token ${place} must be 16 to 128 of A-Za-z0-9._~-, and not three parts between dots like a JWT`,
);

/** Of {@link MIN_SECRET_BYTES} or more. */
export const jwtSecret = text.refine((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES, {
  error: `must have ${MIN_SECRET_BYTES} bytes or more`,
});

/** Of {@link MIN_LOG_KEY_BYTES} or more. */
export const logKey = text.refine((key) => Buffer.byteLength(key) >= MIN_LOG_KEY_BYTES, {
  error: `must have ${MIN_LOG_KEY_BYTES} bytes or more`,
});

/** What can stand in an `Authorization` header, and is not guessed. */
export const opsToken = text.regex(
  /^[!-~]{16,}$/,
  'must have 16 printable ASCII characters or more, and no space',
);

/** What {@link readKeyServerUrl} reads; the value is still the URL. */
export const keyServerUrl = text.superRefine((url, context) => {
  const message = faultOf(() => readKeyServerUrl(url));
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** What {@link parseRedisUrl} reads; the value is still the URL. */
export const redisUrl = text.superRefine((url, context) => {
  const message = faultOf(() => parseRedisUrl(url));
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Addresses and CIDR blocks. */
export const addressBlocks = listOf((entry) =>
  isBlock(entry) ? undefined : `${entry} is neither an address nor a CIDR block`,
);

/** Names of hosts, without scheme and port. */
export const hostNames = listOf((entry) =>
  /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/i.test(entry)
    ? undefined
    : `${entry} is no host name: write it without scheme and port`,
);

/** See {@link iceUrlFault}. A bad one is told by its place. */
const iceUrls = (kind: 'stun' | 'turn') =>
  listOf((url, place) => {
    const fault = iceUrlFault(url, kind);
    return fault && `URL ${place} ${fault}`;
  });

export const stunUrls = iceUrls('stun');
export const turnUrls = iceUrls('turn');

/** Of {@link MIN_TURN_SECRET_BYTES} or more, and what coturn reads as it is written: it drops quotes around a value, and any `=` before. */
export const turnSecret = text.regex(
  new RegExp(`^(?!["'=])[!-~]{${MIN_TURN_SECRET_BYTES},256}$`),
  `must have ${MIN_TURN_SECRET_BYTES} to 256 printable ASCII characters, no space, and no quote or = at its beginning`,
);

function isBlock(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
