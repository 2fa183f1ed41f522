import type { Costs, Habits } from '../costs.ts';

/** Costs that can be reckoned with by head. */
export const roundCosts: Costs = {
  source: 'made up, round numbers',
  node: {
    baseBytes: 100_000_000,
    bytesPerSocket: 10_000,
    connectUs: 1_000,
    pairingUs: 2_000,
    localSignalUs: 10,
    remoteSignalUs: 50,
    socketMinuteUs: 60,
    beatRowUs: 10,
  },
  wire: { bytesPerConnect: 1_000, bytesPerPairing: 1_000, bytesPerSignal: 500, bytesPerSocketMinute: 60 },
  redis: {
    bytesPerSocket: 1_000,
    bytesPerConnect: 500,
    leftForSeconds: 60,
    commandsPerConnect: 5,
    commandsPerPairing: 20,
    commandsPerSocketMinute: 2,
    commandUs: 20,
    bytesPerCommand: 300,
    publishesPerRemoteSignal: 2,
    publishUs: 5,
    bytesAroundSignal: 200,
    beatUs: 50,
    beatRowUs: 2,
    bytesPerBeatRow: 200,
  },
  machine: {
    socketsPerNode: 20_000,
    bytesPerNode: 1_100_000_000,
    bitsPerSecondOfNode: 1e9,
    busyShareOfNode: 0.5,
    bytesPerShard: 8e9,
    bitsPerSecondOfShard: 1e9,
    busyShareOfShard: 0.5,
    connectionsPerShard: 10_000,
    connectionsPerNode: 3,
  },
};

/** Of 72,000 sockets 10 pair a second, and 20 come. */
export const roundHabits: Habits = { pairingsPerSocketHour: 1, sessionMinutes: 60, signalsPerPairing: 18 };
