import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, HttpAnswer } from '@parley/core';
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
  readonly #wrong: MemoryLimiter;
  /** Until when an address has to wait. */
  readonly #waiting = new Map<string, number>();

  constructor(options: OpsAccessOptions) {
    this.#options = options;
    this.#wrong = new MemoryLimiter(options);
  }

  /** Why not; `undefined`: welcome. */
  async refusalOf(request: OpsRequest): Promise<HttpAnswer | undefined> {
    const { token, refused } = this.#options;
    if (token === undefined)
      return refusal(403, 'not-configured', 'Set PARLEY_OPS_TOKEN on this node to allow this.');
    const [, presented] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    if (presented === undefined)
      return refusal(403, 'token-missing', 'This needs "Authorization: Bearer" and the PARLEY_OPS_TOKEN.');
    if (isSame(presented, token)) return undefined;
    const waitMs = this.#waitMsOf(request.address);
    if (waitMs > 0) return wait(waitMs);
    refused(request);
    return this.#count(request.address);
  }

  async #count(address: string): Promise<HttpAnswer> {
    const leave = await this.#wrong.draw([
      {
        limit: 'credential',
        subject: address,
        perMinute: WRONG_TOKENS_PER_MINUTE,
        burst: WRONG_TOKENS_PER_MINUTE,
      },
    ]);
    if (leave.ok) return refusal(403, 'token-wrong', 'This is not the PARLEY_OPS_TOKEN.');
    const now = this.#options.clock.nowMs();
    for (const [other, untilMs] of this.#waiting) if (untilMs <= now) this.#waiting.delete(other);
    this.#waiting.set(address, now + leave.retryAfterMs);
    return wait(leave.retryAfterMs);
  }

  #waitMsOf(address: string): number {
    return (this.#waiting.get(address) ?? 0) - this.#options.clock.nowMs();
  }
}

const wait = (ms: number) =>
  refusal(429, 'too-many-tokens', 'Too many wrong tokens; see Retry-After.', {
    'retry-after': String(Math.ceil(ms / 1_000)),
  });

/** In a time that tells nothing of either, neither of the length: hashes are compared. */
const isSame = (presented: string, token: string) => timingSafeEqual(hash(presented), hash(token));

const hash = (text: string) => createHash('sha256').update(text).digest();
