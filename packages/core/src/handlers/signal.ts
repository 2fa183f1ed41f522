import { encodeSignal, type ErrorCode } from '@parley/protocol';
import { roomKey } from '../keys.ts';
import type { Delivery } from '../lanes.ts';
import { LIMITS } from '../limits.ts';
import type { UndeliverableReason } from '../ports/metrics.ts';
import type { Session } from '../session.ts';
import { type Handler, type MessageOf, re } from './handler.ts';

export const signal: Handler<'signal'> = ({ session, node, payload }, message) => {
  const { room, to, id } = message;
  const key = roomKey(session.realm, room);
  const view = node.rooms.get(key);
  if (!view?.seatOf(session)) return refuse(session, message, 'not-in-room');
  const seat = view.seats.get(to);
  const isReachable = seat && to !== session.peer && (message.toInstance ?? seat.instance) === seat.instance;
  if (!isReachable) return refuse(session, message, 'peer-unreachable');
  if (session.unsettled >= LIMITS.pendingPerSession)
    return refuse(session, message, 'rate-limited', LIMITS.signalLifeMs);

  const readAtMs = node.clock.nowMs();
  const path = seat.node === node.options.node ? 'local' : 'remote';
  const text = encodeSignal(room, session.peer, session.instance, payload);
  const letter = { from: session, room: key, to: seat, text };
  if (path === 'local' && node.router.handHere(letter)) {
    node.metrics.signalSettled(path, 'delivered', node.clock.nowMs() - readAtMs);
    if (id !== undefined) session.send({ type: 'delivered', re: id });
    return;
  }

  session.unsettled += 1;
  node.router.send({
    ...letter,
    readAtMs,
    sentAtMs: node.membership.nowMs(),
    settled(delivery) {
      session.unsettled -= 1;
      const ms = node.clock.nowMs() - readAtMs;
      if (isRefusal(delivery)) {
        const { code, retryAfterMs } = ERRORS[delivery];
        node.metrics.signalSettled(path, code, ms);
        node.metrics.undeliverable(delivery);
        return refuse(session, message, code, retryAfterMs);
      }
      const receipt = receiptOf(delivery);
      node.metrics.signalSettled(path, receipt.type, ms);
      if (id !== undefined) session.send({ ...receipt, re: id });
    },
  });
};

function refuse(
  session: Session,
  message: MessageOf<'signal'>,
  code: ErrorCode,
  retryAfterMs?: number,
): void {
  const { room, to } = message;
  session.fail(code, { ...re(message), room, to, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}

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
