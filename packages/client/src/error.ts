/** Whoever has been told to wait for longer asks before that. */
const LONGEST_MS = 600_000;

/**
 * Why something was not done. `code` is the contract: an error, close or refusal code of the protocol, or one of ours. Texts may change.
 *
 * - The connection: `unreachable` (nobody answered), `bad-address` (no URL of a server), `unsupported` (the platform has no WebSocket, or
 *   no WebRTC), `aborted` (by a signal), `closed` (by the program, or by what it belonged to).
 * - What is said: `too-big`, `too-many` (wait already), `not-open` (a channel is not ready, or has ended).
 * - Seals: `insecure-context` (a secret room needs https, or localhost), `not-sealed` (somebody spoke openly), `said-before` (somebody
 *   repeated a sealed signal).
 * - Files: `rejected`, `withdrawn`, `unreadable` (the file has changed or vanished), `bad-transfer`, `hash-mismatch` (what arrived is not
 *   what was sent).
 */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  readonly code: string;
  /** Trying again makes no sense before this has passed. */
  readonly retryAfterMs: number | undefined;

  /** @param retryAfterMs of what is no time, nothing is kept; and of any, ten minutes at most */
  constructor(code: string, message: string = code, retryAfterMs: number = 0) {
    super(message);
    this.code = code;
    // It may come from anywhere, and be anything.
    this.retryAfterMs = retryAfterMs > 0 ? Math.min(retryAfterMs, LONGEST_MS) : undefined;
  }
}
