import type { DialectName } from '../load/dialects/index.ts';
import type { Contestant } from './contestant.ts';
import { startProgram } from './program.ts';

/** A contestant of one node without a Redis. */
function single(name: string, dialect: DialectName, program: string): Contestant {
  return {
    name,
    dialect,
    async start() {
      const { child, port } = await startProgram(program);
      return { ports: [port], watched: { servers: [child.pid] }, stop: () => child.stop() };
    },
  };
}

/** The limit: what uWebSockets.js passes on when nothing is asked of it. */
export const bareRelay = single('bare uWebSockets.js', 'bare', 'bare-relay');

/** The server of PeerJS. */
export const peerServer = single('PeerServer', 'peer-server', 'peer-server');

/** Signalling over Socket.IO. */
export const socketIo = single('Socket.IO', 'socket-io', 'socket-io');
