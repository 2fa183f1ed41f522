import { RawSocket, upgradeRequest } from '../raw-socket.ts';
import { clientFrame } from '../frame.ts';
import { beginsWith, type Dialect } from './dialect.ts';

const SIGNAL = Buffer.from('42["signal"');
const PING = '2'.charCodeAt(0);
const PONG = clientFrame('3');

/** Socket.IO 4 over WebSocket alone (Engine.IO 4), with the dozen lines of server that every tutorial has for signalling. */
export const socketIo: Dialect = {
  async join(seat) {
    const socket = await RawSocket.open(seat.port, upgradeRequest('/socket.io/?EIO=4&transport=websocket'));
    await socket.expect((text) => text.startsWith('0') || undefined);
    socket.say('40');
    const address = await socket.expect((text) => /^40\{"sid":"([^"]+)"/.exec(text)?.[1]);
    socket.say(`421["join","${seat.room}"]`);
    await socket.expect((text) => text.startsWith('431') || undefined);
    return { socket, seat, address };
  },
  async meet() {},
  signal: (_from, to, { json }) => `42["signal","${to.address}",${json}]`,
  isSignal: (bytes, start, end) => beginsWith(SIGNAL, bytes, start, end),
  leave({ socket }) {
    socket.say('41');
    return socket.close();
  },
  keepAlive({ socket }) {
    socket.onText = (bytes, start, end) => {
      if (end - start === 1 && bytes[start] === PING) socket.send(PONG);
    };
  },
};
