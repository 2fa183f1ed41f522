import { MATCH_SIZE } from '@parley/protocol';
import { isAllowed } from '../allowed.ts';
import { queueKey } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import { ofPeer } from '../throttle.ts';
import { type Handler, metaOf, re } from './handler.ts';

export const match: Handler<'match'> = async ({ session, node }, message) => {
  const { queue, size = MATCH_SIZE.default, timeoutMs } = message;
  const about = { ...re(message), queue, size };
  if (!isAllowed(session.identity.queues, queue)) return session.fail('not-allowed', about);
  const key = queueKey(session.realm, size, queue);
  if (!session.queues.has(key)) {
    const leave = await node.throttle.ask(...ofPeer('match', session));
    if (session.ended) return;
    if (!leave.ok) return session.refuse(leave, message);
  }
  // Last: others of its matches may have waited for the same budget.
  const isTooMany = !session.queues.has(key) && session.queues.size >= LIMITS.queuesPerSession;
  if (isTooMany) return session.fail('rate-limited', { ...about, retryAfterMs: LIMITS.waiterRenewalMs });

  const wish = { queue, size, meta: metaOf(session, message.meta), timeoutMs };
  const outcome = await node.matchmaker.enqueue(session, key, wish, () =>
    session.send({ type: 'waiting', ...about }),
  );
  if (outcome === 'superseded') session.close('replaced');
};
