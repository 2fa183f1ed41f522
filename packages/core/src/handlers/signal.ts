import { encodeSignal, type ErrorCode } from '@parley/protocol';
import { roomKey } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import type { Settlement } from '../streams.ts';
import { type Handler, re } from './handler.ts';

export const signal: Handler<'signal'> = ({ session, node, payload }, message) => {
  const { room, to } = message;
  const readAtMs = node.clock.nowMs();
  const key = roomKey(session.realm, room);
  const refuse = (code: ErrorCode, retryAfterMs?: number) =>
    session.fail(code, { ...re(message), room, to, ...(retryAfterMs !== undefined && { retryAfterMs }) });

  if (!node.rooms.seatOf(session, key)) return refuse('not-in-room');
  const seat = node.rooms.get(key)?.seats.get(to);
  const isReachable = seat && to !== session.peer && (message.toInstance ?? seat.instance) === seat.instance;
  if (!isReachable) return refuse('peer-unreachable');
  if (session.unsettled >= LIMITS.pendingPerSession) return refuse('rate-limited', LIMITS.signalLifeMs);

  session.unsettled += 1;
  const path = seat.node === node.options.node ? 'local' : 'remote';
  node.router.deliver(
    session,
    key,
    seat,
    encodeSignal(room, session.peer, session.instance, payload),
    (outcome) => {
      session.unsettled -= 1;
      const code = outcome === 'delivered' ? outcome : ERRORS[outcome];
      node.metrics.signalSettled(path, code, node.clock.nowMs() - readAtMs);
      if (code !== 'delivered')
        refuse(code, code === 'cluster-unavailable' ? LIMITS.beatIntervalMs : undefined);
      else if (message.id !== undefined) session.send({ type: 'delivered', re: message.id });
    },
  );
};

/** What a sender is told: certainly not delivered, or nobody knows. */
const ERRORS: Record<Exclude<Settlement, 'delivered'>, ErrorCode> = {
  gone: 'peer-unreachable',
  missed: 'peer-unreachable',
  stale: 'peer-unreachable',
  dropped: 'peer-unreachable',
  timeout: 'delivery-timeout',
  unavailable: 'cluster-unavailable',
};
