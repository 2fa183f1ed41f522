import type { IceServers } from '../ports/ice.ts';
import type { Log, LogFields } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Pseudonyms } from '../ports/pseudonyms.ts';

/** Says nothing, and remembers what was said as an error: a test that ends with one has found a bug. */
export class QuietLog implements Log {
  readonly errors: LogFields[] = [];

  error(fields: LogFields): void {
    this.errors.push(fields);
  }
  warn(): void {}
  info(): void {}
  debug(): void {}
}

/** Says nothing, but for an error: a test in which one is logged has found a bug, and ends. */
export const strictLog: Log = {
  error(fields) {
    throw new Error('a node logged an error', { cause: fields['error'] });
  },
  warn() {},
  info() {},
  debug() {},
};

/** Calls everything by its own name: tests want to read what they see. */
export const plainNames: Pseudonyms = { of: (id) => `~${id}`, address: (address) => `~${address}` };

/** Has no STUN and no TURN server for anybody. */
export const noIce: IceServers = { serversFor: () => ({ iceServers: [] }) };

/** Counts nothing. */
export const quietMetrics: Metrics = {
  upgraded() {},
  sessionOpened() {},
  sessionClosed() {},
  received() {},
  errorReplied() {},
  frameSent() {},
  signalSettled() {},
  undeliverable() {},
  claimed() {},
  mailed() {},
  restored() {},
  fenced() {},
  limited() {},
  limiterUnavailable() {},
  faulted() {},
  envelopes() {},
  directoryAnswered() {},
  roomRepaired() {},
  matched() {},
  observe() {},
};
