/** What tests of other packages take apart; not published. */
export { openConnection } from '../connection.ts';
export { Exchange } from '../exchange.ts';
export { Inbox } from '../inbox.ts';
export { Outbox } from '../outbox.ts';
export { openParley } from '../parley.ts';
export type { Line, LineEvents, PeerWire } from '../ports.ts';
export { RemotePeer } from '../signaling-peer.ts';
export { WireMemories } from '../wire-memories.ts';
