import { encodeSignal, type ErrorCode } from '@parley/protocol';
import { roomKey } from '../keys.ts';
import type { Delivery } from '../lanes.ts';
import { LIMITS } from '../limits.ts';
import type { UndeliverableReason } from '../ports/metrics.ts';
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
  node.router.deliver({
    from: session,
    room: key,
    to: seat,
    text: encodeSignal(room, session.peer, session.instance, payload),
    readAtMs,
    sentAtMs: node.membership.nowMs(),
    settled(delivery) {
      session.unsettled -= 1;
      const ms = node.clock.nowMs() - readAtMs;
      if (isRefusal(delivery)) {
        const { code, retryAfterMs } = ERRORS[delivery];
        node.metrics.signalSettled(path, code, ms);
        node.metrics.undeliverable(delivery);
        return refuse(code, retryAfterMs);
      }
      const receipt = receiptOf(delivery);
      node.metrics.signalSettled(path, receipt.type, ms);
      if (message.id !== undefined) session.send({ ...receipt, re: message.id });
    },
  });
};

const isRefusal = (delivery: Delivery): delivery is UndeliverableReason =>
  typeof delivery === 'string' && delivery !== 'delivered';

const receiptOf = (delivery: Exclude<Delivery, UndeliverableReason>) =>
  delivery === 'delivered'
    ? ({ type: 'delivered' } as const)
    : ({ type: 'kept', forMs: delivery.keptForMs } as const);

/** What a sender is told: certainly not delivered, or nobody knows. */
const ERRORS: Record<UndeliverableReason, { readonly code: ErrorCode; readonly retryAfterMs?: number }> = {
  gone: { code: 'peer-unreachable' },
  'not-in-room': { code: 'peer-unreachable' },
  missed: { code: 'peer-unreachable' },
  stale: { code: 'peer-unreachable' },
  dropped: { code: 'peer-unreachable' },
  full: { code: 'mail-full' },
  crowded: { code: 'rate-limited', retryAfterMs: LIMITS.signalLifeMs },
  timeout: { code: 'delivery-timeout' },
  unavailable: { code: 'cluster-unavailable', retryAfterMs: LIMITS.beatIntervalMs },
};
