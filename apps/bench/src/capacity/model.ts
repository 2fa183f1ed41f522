import type { Costs, Habits } from './costs.ts';

/** How much of one resource is needed and how much one unit (a node, a shard, the whole cluster) has of it. */
export interface Use {
  readonly what: Resource;
  /** Of everything, in whatever unit; comparable with `limit` alone. */
  readonly need: number;
  /** What one unit has. */
  readonly limit: number;
}

/** What can run out. */
export type Resource =
  | 'sockets of a node'
  | 'memory of a node'
  | 'processor of a node'
  | 'bandwidth of a node'
  | 'memory of a shard'
  | 'processor of a shard'
  | 'bandwidth of a shard'
  | 'processor for the membership table'
  | 'bandwidth for the membership table'
  | 'connections of a shard';

/** What so many sockets need. */
export interface Capacity {
  readonly sockets: number;
  readonly pairingsPerSecond: number;
  readonly connectsPerSecond: number;
  /** The share of signals that go from one node to another, when balancers spread sockets evenly and blindly. */
  readonly remoteShare: number;
  readonly nodes: number;
  readonly shards: number;
  readonly redisBytes: number;
  /** Registry commands and beats, without PUBLISH. */
  readonly commandsPerSecond: number;
  readonly publishesPerSecond: number;
  /** Both directions. */
  readonly clientBitsPerSecond: number;
  readonly redisBitsPerSecond: number;
  /** What decided how many nodes there are. */
  readonly decidesNodes: Resource;
  readonly decidesShards: Resource;
  /** How full the nodes are, and the shards, when the load is spread evenly. */
  readonly ofNodes: readonly Filled[];
  readonly ofShards: readonly Filled[];
  /** What neither more nodes nor more shards cure: when it is full, the model holds no further. */
  readonly walls: readonly Filled[];
  /** What has least left in this cluster. */
  readonly first: Filled;
}

/** How full a resource is: 1 is full. */
export interface Filled {
  readonly what: Resource;
  readonly full: number;
}

/**
 * The cluster for so many sockets. More nodes make more signals go between nodes, and each node reads a row for each other one
 * every two seconds, so what nodes need depends on how many there are: the smallest number is taken that is enough for itself.
 */
export function capacityFor(sockets: number, habits: Habits, costs: Costs): Capacity {
  const { nodes, uses: nodeUses } = nodesFor(sockets, habits, costs);
  const load = loadOf(sockets, nodes, habits, costs);
  const shardUses = usesOfShards(load, costs);
  const shards = unitsFor(shardUses);
  const ofNodes = filled(nodeUses, nodes);
  const ofShards = filled(shardUses, shards);
  const walls = filled(wallsOf(nodes, costs), 1);
  return {
    ...load,
    nodes,
    shards,
    decidesNodes: fullest(ofNodes).what,
    decidesShards: fullest(ofShards).what,
    ofNodes,
    ofShards,
    walls,
    first: fullest([...ofNodes, ...ofShards, ...walls]),
  };
}

/** The most sockets that the walls let through, to within one in a hundred; `undefined`: more than anybody has. */
export function socketsAtWall(habits: Habits, costs: Costs): number | undefined {
  const isBeyond = (sockets: number) =>
    capacityFor(sockets, habits, costs).walls.some(({ full }) => full > 1);
  let [least, most] = [1_000, 1e9];
  if (!isBeyond(most)) return undefined;
  while (most / least > 1.01) {
    const middle = Math.sqrt(least * most);
    if (isBeyond(middle)) most = middle;
    else least = middle;
  }
  return least;
}

type Load = Pick<
  Capacity,
  | 'sockets'
  | 'pairingsPerSecond'
  | 'connectsPerSecond'
  | 'remoteShare'
  | 'redisBytes'
  | 'commandsPerSecond'
  | 'publishesPerSecond'
  | 'clientBitsPerSecond'
  | 'redisBitsPerSecond'
> & {
  readonly nodeBusyUs: number;
  readonly redisBusyUs: number;
};

/** What happens in one second, everywhere together. */
function loadOf(sockets: number, nodes: number, habits: Habits, { node, wire, redis }: Costs): Load {
  const pairingsPerSecond = (sockets * habits.pairingsPerSocketHour) / 2 / 3_600;
  const connectsPerSecond = sockets / habits.sessionMinutes / 60;
  const socketMinutes = sockets / 60;
  const signals = pairingsPerSecond * habits.signalsPerPairing;
  const remoteShare = 1 - 1 / nodes;
  const remote = signals * remoteShare;
  const beats = nodes / BEAT_SECONDS;
  const rows = beats * nodes;
  const registry =
    connectsPerSecond * redis.commandsPerConnect +
    pairingsPerSecond * redis.commandsPerPairing +
    socketMinutes * redis.commandsPerSocketMinute;
  // Each node also sends itself a probe with each beat.
  const publishesPerSecond = remote * redis.publishesPerRemoteSignal + beats;
  return {
    sockets,
    pairingsPerSecond,
    connectsPerSecond,
    remoteShare,
    commandsPerSecond: registry + beats,
    publishesPerSecond,
    redisBytes:
      sockets * redis.bytesPerSocket + connectsPerSecond * redis.leftForSeconds * redis.bytesPerConnect,
    clientBitsPerSecond:
      8 *
      (connectsPerSecond * wire.bytesPerConnect +
        pairingsPerSecond * wire.bytesPerPairing +
        signals * wire.bytesPerSignal * 2 +
        socketMinutes * wire.bytesPerSocketMinute),
    redisBitsPerSecond:
      8 *
      (registry * redis.bytesPerCommand +
        remote * (wire.bytesPerSignal + redis.bytesAroundSignal) * 2 +
        rows * redis.bytesPerBeatRow),
    nodeBusyUs:
      connectsPerSecond * node.connectUs +
      pairingsPerSecond * node.pairingUs +
      (signals - remote) * node.localSignalUs +
      remote * node.remoteSignalUs +
      socketMinutes * node.socketMinuteUs +
      rows * node.beatRowUs,
    redisBusyUs:
      registry * redis.commandUs +
      publishesPerSecond * redis.publishUs +
      beats * redis.beatUs +
      rows * redis.beatRowUs,
  };
}

function nodesFor(sockets: number, habits: Habits, costs: Costs): { nodes: number; uses: Use[] } {
  let nodes = 1;
  for (;;) {
    const uses = usesOfNodes(loadOf(sockets, nodes, habits, costs), costs);
    const enough = unitsFor(uses);
    // Beyond so many, each further node costs more than it brings: there is no such number.
    if (enough <= nodes || nodes > MOST_NODES) return { nodes, uses };
    nodes = enough;
  }
}

function usesOfNodes(load: Load, { node, machine }: Costs): Use[] {
  const { sockets, nodeBusyUs, clientBitsPerSecond, redisBitsPerSecond } = load;
  return [
    { what: 'sockets of a node', need: sockets, limit: machine.socketsPerNode },
    {
      what: 'memory of a node',
      need: sockets * node.bytesPerSocket,
      limit: machine.bytesPerNode - node.baseBytes,
    },
    { what: 'processor of a node', need: nodeBusyUs, limit: 1e6 * machine.busyShareOfNode },
    {
      what: 'bandwidth of a node',
      need: clientBitsPerSecond + redisBitsPerSecond,
      limit: machine.bitsPerSecondOfNode,
    },
  ];
}

function usesOfShards({ redisBytes, redisBusyUs, redisBitsPerSecond }: Load, { machine }: Costs): Use[] {
  return [
    { what: 'memory of a shard', need: redisBytes, limit: machine.bytesPerShard },
    { what: 'processor of a shard', need: redisBusyUs, limit: 1e6 * machine.busyShareOfShard },
    { what: 'bandwidth of a shard', need: redisBitsPerSecond, limit: machine.bitsPerSecondOfShard },
  ];
}

/**
 * The membership table is one key: however many shards there are, one of them answers every beat, with a row for each node. It
 * is reckoned with that this shard does nothing else.
 */
function wallsOf(nodes: number, { redis, machine }: Costs): Use[] {
  const beats = nodes / BEAT_SECONDS;
  return [
    {
      what: 'processor for the membership table',
      need: beats * (redis.beatUs + nodes * redis.beatRowUs),
      limit: 1e6 * machine.busyShareOfShard,
    },
    {
      what: 'bandwidth for the membership table',
      need: beats * nodes * redis.bytesPerBeatRow * 8,
      limit: machine.bitsPerSecondOfShard,
    },
    {
      what: 'connections of a shard',
      need: nodes * machine.connectionsPerNode,
      limit: machine.connectionsPerShard,
    },
  ];
}

const unitsFor = (uses: readonly Use[]) =>
  Math.max(1, ...uses.map(({ need, limit }) => Math.ceil(need / limit)));

const filled = (uses: readonly Use[], units: number): Filled[] =>
  uses.map(({ what, need, limit }) => ({ what, full: need / limit / units }));

/** @throws TypeError when there is none */
export const fullest = (all: readonly Filled[]): Filled =>
  all.reduce((one, other) => (other.full > one.full ? other : one));

const BEAT_SECONDS = 2;
const MOST_NODES = 1_000_000;
