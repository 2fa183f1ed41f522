import { RawSocket, upgradeRequest } from '../raw-socket.ts';
import { type Dialect, nameOf } from './dialect.ts';

/** Our own bare relay: who the other is stands in the address of the socket, and a message is passed on unread. */
export const bare: Dialect = {
  async join(seat) {
    const [me, to] = [nameOf(seat), nameOf({ ...seat, side: seat.side === 0 ? 1 : 0 })];
    const request = upgradeRequest(`/?me=${me}&to=${to}&on=${seat.otherNode}`);
    return { socket: await RawSocket.open(seat.port, request), seat, address: me };
  },
  async meet() {},
  signal: (_from, _to, { json }) => json,
  isSignal: () => true,
  leave: ({ socket }) => socket.close(),
  keepAlive() {},
};
