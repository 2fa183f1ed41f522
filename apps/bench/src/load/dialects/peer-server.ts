import { RawSocket, upgradeRequest } from '../raw-socket.ts';
import { beginsWith, type Dialect, nameOf } from './dialect.ts';

const HEARTBEAT_MS = 20_000;

const SIGNALS = ['{"type":"OFFER"', '{"type":"ANSWER"', '{"type":"CANDIDATE"'].map((mark) =>
  Buffer.from(mark),
);

/** PeerServer, as the PeerJS client talks to it. It has no rooms: whoever knows an id may signal to it. */
export const peerServer: Dialect = {
  async join(seat) {
    const address = nameOf(seat);
    const path = `/peerjs?key=peerjs&id=${address}&token=t${seat.side}&version=1.5.4`;
    const socket = await RawSocket.open(seat.port, upgradeRequest(path));
    await socket.expect((text) => text.startsWith('{"type":"OPEN"') || undefined);
    return { socket, seat, address };
  },
  async meet() {},
  signal(_from, to, { kind, json }) {
    // What the client puts around a description and around a candidate.
    const members = `"type":"data","connectionId":"dc_${to.seat.room}"`;
    const payload = kind === 'candidate' ? `{"candidate":${json},${members}}` : `{"sdp":${json},${members}}`;
    return `{"type":"${kind.toUpperCase()}","payload":${payload},"dst":"${to.address}"}`;
  },
  isSignal: (bytes, start, end) => SIGNALS.some((mark) => beginsWith(mark, bytes, start, end)),
  leave: ({ socket }) => socket.close(),
  keepAlive({ socket }) {
    const timer = setInterval(() => socket.say('{"type":"HEARTBEAT"}'), HEARTBEAT_MS);
    void socket.ended.then(() => clearInterval(timer));
  },
};
