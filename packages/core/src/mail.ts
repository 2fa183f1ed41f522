import type { RelayedSignal } from '@parley/protocol';
import { roomKey } from './keys.ts';
import type { KeptSignal } from './ports/directory.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';

/**
 * Gives a session what was kept for its peer, in order. A signal whose sender has left the room since, or begun a new life, is
 * about a connection that nobody holds any more: it is dropped, for the receiver has never heard of its sender.
 */
export function handOut(
  session: Session,
  mail: readonly KeptSignal[],
  { rooms, metrics }: { rooms: Rooms; metrics: Metrics },
): void {
  for (const { text, mailed } of mail) {
    const { room, from, fromInstance } = JSON.parse(text) as RelayedSignal;
    const key = roomKey(session.realm, room);
    // Its own seat may be gone as well: then it has not been told of this room.
    const sender = rooms.seatOf(session, key) && rooms.get(key)?.seats.get(from);
    if (sender?.instance !== fromInstance) {
      metrics.mailed('void');
      continue;
    }
    metrics.mailed(mailed === 0 ? 'handed' : 'handed-again');
    session.relay(mailed === 0 ? text : `${text.slice(0, -1)},"mailed":${mailed}}`);
  }
}
