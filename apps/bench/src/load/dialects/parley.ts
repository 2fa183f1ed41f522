import { tokenFor } from '@parley/test/support/tokens.ts';

import { RawSocket, upgradeRequest } from '../raw-socket.ts';
import { beginsWith, type Dialect, type Member, nameOf } from './dialect.ts';

const SIGNAL = Buffer.from('{"type":"signal"');

/** `parley.v1` with everything a careful client uses: a JWT of its own, a room for two, an id on each signal for its receipt. */
export const parley: Dialect = {
  async join(seat) {
    const token = tokenFor(nameOf(seat));
    const request = upgradeRequest('/v1/connect', [
      'Sec-WebSocket-Protocol: parley.v1',
      `Authorization: Bearer ${token}`,
    ]);
    const socket = await RawSocket.open(seat.port, request);
    const address = await socket.expect((text) => /^\{"type":"welcome","peer":"([^"]+)"/.exec(text)?.[1]);
    socket.say(`{"type":"join","id":"j","room":"${seat.room}","capacity":${seat.capacity}}`);
    await socket.expect(joinedOrThrow);
    return { socket, seat, address };
  },
  async meet(first, second) {
    await first.socket.expect((text) => (isArrivalOf(second, text) ? true : undefined));
  },
  signal(from, to, { kind, json }, id) {
    const member = kind === 'candidate' ? 'candidate' : 'description';
    return `{"type":"signal","id":${id},"room":"${from.seat.room}","to":"${to.address}","${member}":${json}}`;
  },
  isSignal: (bytes, start, end) => beginsWith(SIGNAL, bytes, start, end),
  async leave({ socket }) {
    socket.say('{"type":"bye"}');
    await socket.ended;
  },
  keepAlive() {},
};

function joinedOrThrow(text: string): true | undefined {
  if (text.startsWith('{"type":"error"')) throw new Error(`a join was refused: ${text}`);
  return text.startsWith('{"type":"joined"') || undefined;
}

const isArrivalOf = (member: Member, text: string) =>
  text.startsWith('{"type":"peer-joined"') && text.includes(`"peer":"${member.address}"`);
