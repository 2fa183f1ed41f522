/**
 * Why something was not done. `code` is the contract: an error, close or refusal code of the protocol, or one of ours: `unreachable`
 * (nobody answered), `bad-address` (no URL of a server), `unsupported` (the platform lacks something), `closed`, `aborted`, `not-open`,
 * `too-big`, `too-many`, `insecure-context`. Texts may change.
 */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  readonly code: string;
  /** Trying again makes no sense before this has passed. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string = code, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
