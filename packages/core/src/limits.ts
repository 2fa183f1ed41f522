/** Every number the node works with, with its unit. Those a deployment may change are options of the node; these are not. */
export const LIMITS = {
  /** How often a node says that it is alive. */
  beatIntervalMs: 2_000,
  /** How long one beat lasts. */
  beatLifeMs: 8_000,
  /** A node that has not heard its own probe for this long is deaf. */
  deafAfterMs: 4_000,
  /** Nobody is sent here any more when the directory or the inbox was out of reach for so long, */
  unreadyAfterMs: 10_000,
  /** and again when both were well for so long. */
  readyAgainAfterMs: 4_000,
  /** A node that slept waits so long for its sockets to show that they are alive. */
  lifeSignMs: 5_000,
  /** After the directory lost its data: how long nobody is taken for gone because it is absent. */
  recoveryMs: 15_000,
  /** Entries live this much longer than the resume window: one renewal missed, and some. */
  lifeBeyondResumeMs: 105_000,
  /** How often a peer, a seat is asserted, give or take a tenth. */
  renewalIntervalMs: 75_000,
  /** How often a node's waiters are asserted. */
  waiterRenewalMs: 3_000,
  /** Longer than it takes to find that its node is lost: then its place is kept, and not only gone. */
  waiterLifeMs: 30_000,
  /** How long a match may wait for its members to confirm, and the joined for each other. */
  matchConfirmMs: 3_000,
  /** Who leaves is told so after this time at the latest, whether or not the directory knows. */
  leaveAnswerMs: 1_000,
  /** What was not delivered by then is not delivered any more. */
  signalLifeMs: 2_000,
  /** Signals of one session that have no receipt yet: more than the burst that it may send. */
  pendingPerSession: 2_048,
  /** Signals of one pair that wait in order behind one that was refused, and their bytes. */
  signalsPerLane: 64,
  bytesPerLane: 262_144,
  /** Bytes of mail that all nodes together put for the peers of one realm within a resume window. */
  mailBytesPerRealm: 67_108_864,
  /** Who went away is told to its own node's members after so long, though the directory has not answered. */
  awayNewsMs: 250,
  /** Until then a session that was replaced leaves its seats to the one that took its place. */
  handOverMs: 3_000,
  /** Envelopes to one node that have no receipt yet. */
  pendingPerNode: 16_384,
  /** Signals that wait at the receiving node for a room to be read again. */
  heldPerRoom: 256,
  /** Frames a client may send before `welcome`. */
  framesBeforeWelcome: 64,
  bytesBeforeWelcome: 262_144,
  /** Signals that may wait for a session that comes back this very moment. */
  signalsBeforeWelcome: 256,
  /** Messages of one session that may wait for its joins to be answered. */
  messagesBehindJoins: 64,
  /** What a socket may hold unsent before it is closed as a slow consumer. */
  maxBackpressureBytes: 262_144,
  roomsPerSession: 32,
  queuesPerSession: 8,
  /** Bad messages within a minute that end a session. */
  badMessagesPerMinute: 20,
  /** Frames above its budget within a minute that end a session. */
  limitedFramesPerMinute: 128,
  /** Whose session ended for that is told to stay away for so long. */
  silenceAfterFloodMs: 10_000,
} as const;
