// The limit: uWebSockets.js and nothing else. A message goes to the other socket of its pair, unread.
import { listenBare, type Peer } from './bare-server.ts';

const peers = new Map<string, Peer>();

listenBare({
  open: (peer) => void peers.set(peer.getUserData().me, peer),
  close: (peer) => void peers.delete(peer.getUserData().me),
  message: (peer, message) => void peers.get(peer.getUserData().to)?.send(message, false),
});
