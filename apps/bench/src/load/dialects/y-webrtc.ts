import { RawSocket, upgradeRequest } from '../raw-socket.ts';
import { beginsWith, type Dialect, nameOf } from './dialect.ts';

const PUBLISHED = Buffer.from('{"type":"publish"');

/**
 * The signalling server of y-webrtc, which knows topics. A topic for each member is the kindest use of it: with one for the
 * room, as its own client has it, the server would also send every message back to who sent it.
 */
export const yWebrtc: Dialect = {
  async join(seat) {
    const address = nameOf(seat);
    const socket = await RawSocket.open(seat.port, upgradeRequest('/'));
    socket.say(`{"type":"subscribe","topics":["${address}"]}`);
    socket.say('{"type":"ping"}'); // a subscription is not confirmed, but what comes after it is answered after it
    await socket.expect((text) => text.startsWith('{"type":"pong"') || undefined);
    return { socket, seat, address };
  },
  async meet() {},
  signal: (from, to, { json }) =>
    `{"type":"publish","topic":"${to.address}","from":"${from.address}","signal":${json}}`,
  isSignal: (bytes, start, end) => beginsWith(PUBLISHED, bytes, start, end),
  leave: ({ socket }) => socket.close(),
  keepAlive() {},
};
