/**
 * Every error reply. An error answers one message and the session lives on; what ends a session stands in
 * `close.ts`. The code is the contract: texts may change, codes are never reused.
 */

/** One row of {@link ERROR_CODES}. */
export interface ErrorMeaning {
  /** When a node answers with it. */
  readonly meaning: string;
  /** What a client can do about it. */
  readonly remedy: string;
}

export const ERROR_CODES = {
  'bad-message': {
    meaning:
      'The frame is not JSON, is nested too deeply, or breaks the schema of its type; the text names the path.',
    remedy: 'Mend the client: repeated bad messages end the session with `protocol-violation`.',
  },
  'unknown-type': {
    meaning: 'The `type` is none that this node knows.',
    remedy: 'Look at `features` before using an optional ability.',
  },
  'not-in-room': {
    meaning: 'The sender has no seat in that room.',
    remedy: 'Join first.',
  },
  'room-full': {
    meaning: 'Every seat of the room is taken.',
    remedy: 'Choose another room, or wait for somebody to leave.',
  },
  'room-not-found': {
    meaning:
      'There is no such room, and the join may not create it: `create` is false, or the name is a code.',
    remedy: 'Check the code for a typo, or ask for a new one.',
  },
  'not-allowed': {
    meaning: 'The credential does not cover this room, queue, code or token.',
    remedy: 'Use a credential that does.',
  },
  'peer-unreachable': {
    meaning:
      'The receiver is not in the room, or the signal could not get to it; it was certainly not delivered.',
    remedy: 'Send it again if the peer is still in the room, else wait for `peer-joined`.',
  },
  'delivery-timeout': {
    meaning: 'No receipt came within 2 s; the signal was delivered at most once, perhaps not.',
    remedy: 'Treat as unknown: ask the other end (`seq` and `ack`), or restart ICE.',
  },
  'mail-full': {
    meaning: 'The receiver is away and its mail is full; the signal was certainly not delivered.',
    remedy: 'Wait for `peer-back`, then say again what still counts.',
  },
  'not-waiting': {
    meaning:
      'The sender does not wait in that queue, or was matched in the same moment: then `joined` stands.',
    remedy: 'None needed.',
  },
  'match-timeout': {
    meaning: 'Nobody was found within the `timeoutMs` of the `match`; the place in the queue is given up.',
    remedy: 'Send `match` again.',
  },
  'rate-limited': {
    meaning: 'Too many messages of this kind; this one was not handled.',
    remedy: 'Wait `retryAfterMs`.',
  },
  'too-many-rooms': {
    meaning: 'The session has as many rooms as it may have.',
    remedy: 'Leave one first.',
  },
  'cluster-unavailable': {
    meaning:
      'What the message needs beyond this node cannot be reached; a signal was delivered at most once.',
    remedy: 'Wait `retryAfterMs`; rooms whose peers share this node go on working.',
  },
  'keys-unavailable': {
    meaning: 'The keys that judge the token of a `refresh` cannot be had now; the session goes on as it was.',
    remedy: 'Send `refresh` again after `retryAfterMs`.',
  },
  internal: {
    meaning: 'A fault of the node.',
    remedy: 'Repeat once, then report it.',
  },
} as const satisfies Record<string, ErrorMeaning>;

/** The `code` of an `error` message. */
export type ErrorCode = keyof typeof ERROR_CODES;
