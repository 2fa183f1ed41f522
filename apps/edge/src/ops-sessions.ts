import type { HttpAnswer, Pseudonyms, SessionRecord } from '@parley/core';
import { ID_PATTERN } from '@parley/protocol';
import { PSEUDONYM_PATTERN } from '@parley/telemetry';
import * as z from 'zod';
import { data, refusal } from './ops-answer.ts';
import { readBody, readQuery, reveal } from './ops-input.ts';
import { namesFor, type OperatorParts } from './ops-operators.ts';
import type { OpsRequest, OpsRoute } from './ops-server.ts';

/** So many on one page at most: each takes six pseudonyms, and nobody else is served meanwhile. */
const MAX_PAGE = 500;

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  after: z.coerce.number().optional(),
  reveal,
});

const closeBody = z.strictObject({ session: z.string().regex(ID_PATTERN) });

/** `/sessions`: who is on this node. `/sessions/close`: ends one session, of whichever node. */
export function sessionRoutes(parts: OperatorParts): Readonly<Record<string, OpsRoute>> {
  return {
    '/sessions': { GET: (request) => list(request, parts) },
    '/sessions/close': { POST: (request) => close(request, parts) },
  };
}

async function list(
  request: OpsRequest,
  { operations, pseudonyms, access, record }: OperatorParts,
): Promise<HttpAnswer> {
  const query = readQuery(request, listQuery);
  if (!query.ok) return query.answer;
  const { limit, after, reveal: isRevealed } = query.value;
  const refused = isRevealed ? await access.refusalOf(request) : undefined;
  if (refused) return refused;
  const { sessions, next } = operations.sessions({ after, limit });
  if (isRevealed) record('revealed', request, { what: 'sessions', count: sessions.length });
  const nameOf = namesFor(isRevealed, pseudonyms);
  const nowMs = Date.now();
  return data(200, {
    sessions: sessions.map((session) => ({
      ...described(session, nameOf, nowMs),
      // So that whoever has a line of the log finds whose it is.
      ...(isRevealed && { pseudonym: pseudonyms.of(session.session) }),
    })),
    ...(next !== undefined && { next: String(next) }),
  });
}

/**
 * Origin and user agent are always shown: they say from which page and with which browser, and not who. They are claims, and
 * may hold anything: the core has cut them short, and nothing of them reaches a terminal unescaped.
 */
function described(record: SessionRecord, nameOf: (id: string) => string, nowMs: number) {
  const { session, peer, user, instance, address, token, ageMs, idleMs, ...plainly } = record;
  return {
    session: nameOf(session),
    peer: nameOf(peer),
    ...(user !== undefined && { user: nameOf(user) }),
    instance: nameOf(instance),
    address: nameOf(address),
    ...(token !== undefined && { token: nameOf(token) }),
    connectedAt: new Date(nowMs - ageMs).toISOString(),
    lastActivity: new Date(nowMs - idleMs).toISOString(),
    ...plainly,
  };
}

async function close(
  request: OpsRequest,
  { operations, pseudonyms, access, record }: OperatorParts,
): Promise<HttpAnswer> {
  const refused = await access.refusalOf(request);
  if (refused) return refused;
  const body = await readBody(request, closeBody);
  if (!body.ok) return body.answer;
  const { session } = body.value;
  const answer = operations.close(session);
  record('closed-session', request, { session: named(session, pseudonyms), ...answer });
  if (answer.outcome === 'closed') return data(200, answer);
  const isNowhere = answer.nodes === 0;
  return isNowhere ? refusal(404, 'no-such-session', 'No node has this session.') : data(202, answer);
}

/** An operator may have known no more than the pseudonym: then it is the one that other lines have. */
const named = (session: string, pseudonyms: Pseudonyms) =>
  PSEUDONYM_PATTERN.test(session) ? session : pseudonyms.of(session);
