import { z } from 'zod';

const amount = z.number().nonnegative();
const positive = z.number().positive();
const share = z.number().gt(0).lte(1);

/**
 * What one thing costs, as measured on one machine, and what the machines have that are reckoned with. Units stand in the
 * names: `Us` microseconds of one processor core, `Bytes`, and per what.
 */
export const costsSchema = z.strictObject({
  /** Where the figures come from: the command, the date, the machine. */
  source: z.string().min(1),
  node: z.strictObject({
    /** Resident memory of a warm node without sockets. */
    baseBytes: amount,
    /** Resident memory of a socket that has joined a room and is idle. */
    bytesPerSocket: positive,
    /** Handshake, JWT, claim and `welcome`, and in the end its close. */
    connectUs: amount,
    /** One pairing without its signals: both joins, what is told of them, both leaves. */
    pairingUs: amount,
    /** One signal between two sockets of one node, receipt included. */
    localSignalUs: amount,
    /** One signal between two nodes, receipt included: what the sender's and the receiver's node spend together. */
    remoteSignalUs: amount,
    /** Pings, pongs and renewals of an idle joined socket. */
    socketMinuteUs: amount,
    /** One row of the membership table, when a node reads the answer to its beat. */
    beatRowUs: amount,
  }),
  wire: z.strictObject({
    /** Both directions together, TCP and TLS aside. */
    bytesPerConnect: amount,
    /** One pairing without its signals. */
    bytesPerPairing: amount,
    /** A signal as text, the mean of descriptions and candidates; it goes in once and out once. */
    bytesPerSignal: amount,
    bytesPerSocketMinute: amount,
  }),
  redis: z.strictObject({
    /** The peer, its seat, and its half of a room. */
    bytesPerSocket: positive,
    /** What a connect leaves behind for a while: budgets, a tombstone. */
    bytesPerConnect: amount,
    /** How long it does. */
    leftForSeconds: amount,
    commandsPerConnect: amount,
    /** Registry commands, PUBLISH not counted. */
    commandsPerPairing: amount,
    commandsPerSocketMinute: amount,
    /** One registry command: most are scripts. */
    commandUs: positive,
    /** One registry command and its answer. */
    bytesPerCommand: amount,
    /** At most two, one for the signal and one for its receipt; fewer where several go to one node within one turn. */
    publishesPerRemoteSignal: amount,
    publishUs: positive,
    /** Around the signal: the envelope, and the receipt. */
    bytesAroundSignal: amount,
    /** A beat without its rows. */
    beatUs: amount,
    /** One row of the membership table, when Redis reads and answers it. */
    beatRowUs: amount,
    bytesPerBeatRow: amount,
  }),
  machine: z.strictObject({
    /** Sockets that one node takes. */
    socketsPerNode: positive,
    bytesPerNode: positive,
    bitsPerSecondOfNode: positive,
    /** How much of its one core a node may use in the mean: the rest is for the minute in which everybody comes back. */
    busyShareOfNode: share,
    bytesPerShard: positive,
    bitsPerSecondOfShard: positive,
    /** How much of its one core a Redis may use in the mean. */
    busyShareOfShard: share,
    /** `maxclients` of Redis. */
    connectionsPerShard: positive,
    /** Connections that a node has to each shard, its subscriber included. */
    connectionsPerNode: positive,
  }),
});

export type Costs = z.infer<typeof costsSchema>;

/** What the sockets do. */
export interface Habits {
  /** How often an hour a socket is one of the two of a pairing. */
  readonly pairingsPerSocketHour: number;
  /** How long a socket stays. */
  readonly sessionMinutes: number;
  /** Of one pairing, both directions: an offer, an answer and eight candidates each way are 18. */
  readonly signalsPerPairing: number;
}

/**
 * Costs from the text of a file.
 *
 * @throws Error that says what is missing or wrong
 */
export function readCosts(text: string): Costs {
  const { data, error } = costsSchema.safeParse(JSON.parse(text));
  if (error) throw new Error(`These costs cannot be reckoned with:\n${z.prettifyError(error)}`);
  return data;
}
