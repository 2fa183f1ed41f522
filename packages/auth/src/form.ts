/** No token is longer than this, whatever its kind: checked before anything is decoded. */
export const MAX_TOKEN_CHARS = 4096;

const PUBLIC_TOKEN = /^[A-Za-z0-9._~-]{16,128}$/;

/** The last part may be empty: an unsecured token (RFC 7519 section 6) is well formed, and refused for what it is. */
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** Whether `token` has the form of a JWT in compact serialisation (RFC 7515 section 7.1): three base64url parts. */
export function looksLikeJwt(token: string): boolean {
  return token.length <= MAX_TOKEN_CHARS && JWT.test(token);
}

/**
 * Whether `token` has the form of a public token: 16 to 128 of `[A-Za-z0-9._~-]` (what a subprotocol, a header and a
 * query all carry unescaped), and not the form of a JWT. So every token is of one kind at most.
 */
export function isPublicToken(token: string): boolean {
  return PUBLIC_TOKEN.test(token) && !looksLikeJwt(token);
}
