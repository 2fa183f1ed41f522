import { createHash } from 'node:crypto';
import { limitSubject } from './caller.ts';
import type { HttpRequest } from './ports/socket.ts';

/** SHA-256 of a token in hex: enough to know it again, and nothing that lets anybody in. */
export type TokenDigest = string & { readonly __brand: 'TokenDigest' };

/** Who is at the door, as operators see it and limits count it. Origin and user agent are claims. */
export interface Visitor {
  readonly address: string;
  /** What counts as one caller: see {@link limitSubject}. */
  readonly subject: string;
  readonly origin?: string;
  readonly userAgent?: string;
  /** Of the credential that was presented; absent without one. */
  readonly token?: TokenDigest;
  /** The token speaks for somebody. A public one stands in a page, and everybody has the same. */
  readonly isPersonal: boolean;
}

export const digestOf = (token: string) => createHash('sha256').update(token).digest('hex') as TokenDigest;

/** By its form alone: three parts between dots (RFC 7515, 7.1). */
export const looksLikeJwt = (token: string) => token.split('.').length === 3;

export function visitorOf(address: string, { headers }: HttpRequest, token: string | undefined): Visitor {
  const origin = claimOf(headers, 'origin');
  const userAgent = claimOf(headers, 'user-agent');
  return {
    address,
    subject: limitSubject(address),
    ...(origin !== undefined && { origin }),
    ...(userAgent !== undefined && { userAgent }),
    ...(token !== undefined && { token: digestOf(token) }),
    isPersonal: token !== undefined && looksLikeJwt(token),
  };
}

/** Kept as long as the session lives, so it is kept short. */
const MAX_CLAIM_CHARS = 256;

const claimOf = (headers: HttpRequest['headers'], name: string) =>
  headers.get(name)?.slice(0, MAX_CLAIM_CHARS);
