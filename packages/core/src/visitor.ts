import { createHash } from 'node:crypto';
import { limitSubject, networkSubject } from './caller.ts';
import type { HttpRequest } from './ports/socket.ts';

/**
 * SHA-256 in hex: enough to know a token again, and nothing that lets anybody in. Of a JWT it is that of what is signed,
 * header and payload with the dot between them: of a signature there are several spellings, and all of them are good.
 */
export type TokenDigest = string & { readonly __brand: 'TokenDigest' };

/** Who is at the door, as operators see it and limits count it. Origin and user agent are claims. */
export interface Visitor {
  readonly address: string;
  /** What counts as one caller: see {@link limitSubject}. */
  readonly subject: string;
  /** Of an IPv6 address: see {@link networkSubject}. */
  readonly network?: string;
  readonly origin?: string;
  readonly userAgent?: string;
  /** Of the credential that was presented; absent without one. */
  readonly token?: TokenDigest;
  /** The token speaks for somebody. A public one stands in a page, and everybody has the same. */
  readonly isPersonal: boolean;
}

export function digestOf(token: string): TokenDigest {
  const known = looksLikeJwt(token) ? token.slice(0, token.lastIndexOf('.')) : token;
  return createHash('sha256').update(known).digest('hex') as TokenDigest;
}

/** By its form alone: three parts between dots (RFC 7515, 7.1). */
export const looksLikeJwt = (token: string) => token.split('.').length === 3;

export function visitorOf(address: string, { headers }: HttpRequest, token: string | undefined): Visitor {
  const network = networkSubject(address);
  const subject = limitSubject(address);
  const origin = claimOf(headers, 'origin');
  const userAgent = claimOf(headers, 'user-agent');
  return {
    address,
    // Of IPv4 they are equal, and one text is enough.
    subject: subject === address ? address : subject,
    ...(network !== undefined && { network }),
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
