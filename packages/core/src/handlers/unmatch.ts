import { MATCH_SIZE } from '@parley/protocol';
import { queueKey } from '../keys.ts';
import { type Handler, re } from './handler.ts';

export const unmatch: Handler<'unmatch'> = async ({ session, node }, message) => {
  const { queue, size = MATCH_SIZE.default } = message;
  const about = { ...re(message), queue, size };
  const outcome = await node.matchmaker.unmatch(session, queueKey(session.realm, size, queue));
  if (outcome === 'left') session.send({ type: 'unmatched', ...about });
  else session.fail('not-waiting', about);
};
