/**
 * Who may connect, and as whom: the verifiers behind the core's `TokenVerifier` port, over jsonwebtoken and jose.
 *
 * - `any-of.ts` several verifiers as one; each kind of token has a form of its own (`form.ts`), so order does not matter
 * - `public-tokens.ts` shared tokens that only filter out dumb connections
 * - `jwt-verifier.ts` signed tokens: `signing-keys.ts` whom to believe, `claims.ts` what they may say
 * - `remote-keys.ts` when to ask a key server; `key-server.ts` how, `key-set.ts` what to believe of its answer
 * - `open-verifier.ts` no credential at all, for development
 * - `ice-servers.ts` who may be relayed: credentials for TURN servers, behind the core's `IceServers` port
 * - `public-keys.ts` reads the keys a configuration names; `mint.ts` makes tokens, for backends and tests
 */
export { anyOf } from './any-of.ts';
export type { Claims } from './claims.ts';
export { isPublicToken, looksLikeJwt, MAX_TOKEN_CHARS } from './form.ts';
export { jwtVerifier, LEEWAY_MS } from './jwt-verifier.ts';
export type { JwtOptions } from './jwt-verifier.ts';
export { iceServersOf, MIN_TURN_SECRET_BYTES } from './ice-servers.ts';
export type { TurnOptions } from './ice-servers.ts';
export { readKeyServerUrl } from './key-server.ts';
export { mint } from './mint.ts';
export type { MintOptions } from './mint.ts';
export { openVerifier } from './open-verifier.ts';
export { readPublicKeys } from './public-keys.ts';
export { publicTokens } from './public-tokens.ts';
export type { Grants } from './public-tokens.ts';
export type { KeyServer, KeyTiming } from './remote-keys.ts';
export { JWT_ALGORITHMS, MIN_SECRET_BYTES } from './signing-keys.ts';
export type { JwtAlgorithm, PublicKey } from './signing-keys.ts';
