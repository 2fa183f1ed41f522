import { createHash, timingSafeEqual } from 'node:crypto';
import { bearerOf, type Clock, type HttpAnswer, Penalties } from '@parley/core';
import { MemoryLimiter } from '@parley/core/memory';
import { refusal } from './ops-answer.ts';
import type { OpsRequest } from './ops-server.ts';

/** Wrong tokens of one address: so many a minute, and so many at once. */
const WRONG_TOKENS_PER_MINUTE = 10;

export interface OpsAccessOptions {
  /** Absent: nobody may. */
  readonly token: string | undefined;
  readonly clock: Clock;
  /** Somebody presented a wrong token. */
  readonly refused: (request: OpsRequest) => void;
}

/** Who may change and reveal: whoever has the token, always. Who tries others has to wait for the answer that they are wrong. */
export class OpsAccess {
  readonly #options: OpsAccessOptions;
  readonly #penalties: Penalties;

  constructor(options: OpsAccessOptions) {
    this.#options = options;
    const { clock } = options;
    const wrong = new MemoryLimiter({ clock });
    const budget = { burst: WRONG_TOKENS_PER_MINUTE, perMinute: WRONG_TOKENS_PER_MINUTE };
    this.#penalties = new Penalties(
      (subject) => wrong.decide([{ limit: 'credential', subject, ...budget }]),
      clock,
    );
  }

  /** Why not; `undefined`: welcome. */
  async refusalOf(request: OpsRequest): Promise<HttpAnswer | undefined> {
    const { token, refused } = this.#options;
    if (token === undefined)
      return refusal(403, 'not-configured', 'Set PARLEY_OPS_TOKEN on this node to allow this.');
    const presented = bearerOf(request.headers.authorization);
    if (presented === undefined)
      return refusal(403, 'token-missing', 'This needs "Authorization: Bearer" and the PARLEY_OPS_TOKEN.');
    if (isSame(presented, token)) return undefined;
    const leftMs = this.#penalties.leftMs(request.address);
    if (leftMs > 0) return wait(leftMs);
    refused(request);
    const waitMs = await this.#penalties.count(request.address);
    return waitMs > 0 ? wait(waitMs) : refusal(403, 'token-wrong', 'This is not the PARLEY_OPS_TOKEN.');
  }
}

const wait = (ms: number) =>
  refusal(429, 'too-many-tokens', 'Too many wrong tokens; see Retry-After.', {
    'retry-after': String(Math.ceil(ms / 1_000)),
  });

/** In a time that tells nothing of either, neither of the length: hashes are compared. */
const isSame = (presented: string, token: string) => timingSafeEqual(hash(presented), hash(token));

const hash = (text: string) => createHash('sha256').update(text).digest();
