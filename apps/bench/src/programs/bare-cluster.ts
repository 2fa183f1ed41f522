// The limit across nodes: a message for the other node is gathered with all others of this turn into one PUBLISH.
import { Redis } from 'ioredis';

import { type Ends, listenBare, type Peer } from './bare-server.ts';
import { pack, unpack } from './bare-batch.ts';

const [redisUrl = '', own = ''] = [process.env['BENCH_REDIS_URL'], process.env['BENCH_NODE']];
const channelOf = (node: number | string) => `bare-${node}`;

const peers = new Map<string, Peer>();
const publisher = new Redis(redisUrl);
const subscriber = new Redis(redisUrl);
let gathered = new Map<number, Buffer[]>();

await subscriber.subscribe(channelOf(own));
subscriber.on('messageBuffer', (_channel: Buffer, batch: Buffer) => {
  for (const [to, message] of unpack(batch)) peers.get(to)?.send(message, false);
});

listenBare({
  open: (peer) => void peers.set(peer.getUserData().me, peer),
  close: (peer) => void peers.delete(peer.getUserData().me),
  message: (peer, message) => gather(peer.getUserData(), message),
});

function gather({ to, on }: Ends, message: ArrayBuffer): void {
  if (gathered.size === 0) setImmediate(flush);
  const parts = gathered.get(on) ?? [];
  gathered.set(on, parts);
  parts.push(...pack(to, message));
}

function flush(): void {
  const batches = gathered;
  gathered = new Map();
  for (const [node, parts] of batches) void publisher.publish(channelOf(node), Buffer.concat(parts));
}
