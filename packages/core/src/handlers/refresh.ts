import { digestOf } from '../visitor.ts';
import { type Handler, re } from './handler.ts';

export const refresh: Handler<'refresh'> = async ({ session, node }, message) => {
  const verdict = await node.verifier.verify(message.token);
  const { identity } = session;
  const isSamePerson =
    verdict.ok &&
    verdict.identity.realm === identity.realm &&
    verdict.identity.user === identity.user &&
    verdict.identity.peer === identity.peer;
  if (session.ended) return;
  if (!verdict.ok && verdict.kind === 'unavailable')
    return session.fail('keys-unavailable', { ...re(message), retryAfterMs: verdict.retryAfterMs });
  if (!isSamePerson) return session.fail('not-allowed', re(message));
  const { expiresInMs } = verdict.identity;
  session.identity = verdict.identity;
  session.visitor = { ...session.visitor, token: digestOf(message.token) };
  if (session.refs().some((ref) => node.bans.has(ref))) return session.close('banned');
  node.expiresIn(session, expiresInMs);
  session.send({ type: 'refreshed', ...re(message), ...(expiresInMs !== undefined && { expiresInMs }) });
};
