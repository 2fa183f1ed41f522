import { mint } from '@parley/auth';

/** The secret of `tokenFor`, and the setting that makes a node accept it. */
const secret = 'a secret of at least thirty-two bytes';
export const jwtSettings = { PARLEY_JWT_SECRET: secret } as const;

/** A JWT for this user that may do everything, good for an hour; with `peer` it speaks for a fixed peer. */
export function tokenFor(
  sub: string,
  claims: { readonly peer?: string; readonly realm?: string } = {},
): string {
  const everything = { rooms: ['*'], queues: ['*'], codes: true };
  return mint({ sub, ...everything, ...claims }, { algorithm: 'HS256', key: secret });
}
