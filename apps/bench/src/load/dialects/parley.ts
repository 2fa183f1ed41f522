import { setTimeout as pause } from 'node:timers/promises';

import { tokenFor } from '@parley/test/support/tokens.ts';

import { RawSocket, upgradeRequest } from '../raw-socket.ts';
import { beginsWith, type Dialect, type Member, nameOf, type Seat } from './dialect.ts';

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
    await insistOnJoining(socket, seat);
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

/** As often as a client is told to try again before it gives up. */
const ATTEMPTS = 10;

/** Does what a good client does on a machine with too much to do: when Redis has not answered in time, it waits and asks again. */
async function insistOnJoining(socket: RawSocket, { room, capacity }: Seat): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    socket.say(`{"type":"join","id":"j","room":"${room}","capacity":${capacity}}`);
    const answer = await socket.expect((text) =>
      /^\{"type":"(joined|error)"/.test(text) ? text : undefined,
    );
    if (answer.startsWith('{"type":"joined"')) return;
    const isWorthAnother = answer.includes('"cluster-unavailable"') && attempt < ATTEMPTS;
    if (!isWorthAnother) throw new Error(`a join was refused: ${answer}`);
    await pause((JSON.parse(answer) as { retryAfterMs: number }).retryAfterMs);
  }
}

const isArrivalOf = (member: Member, text: string) =>
  text.startsWith('{"type":"peer-joined"') && text.includes(`"peer":"${member.address}"`);
