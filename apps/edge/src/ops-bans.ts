import { isIP } from 'node:net';
import { type BanKind, type BanRef, digestOf, type HttpAnswer, MAX_BANS, Unavailable } from '@parley/core';
import { isId, isRealm } from '@parley/protocol';
import * as z from 'zod';
import { data, refusal } from './ops-answer.ts';
import { readBody, readQuery, reveal } from './ops-input.ts';
import { type OperatorParts, pseudonymOf } from './ops-operators.ts';
import type { OpsRequest, OpsRoute } from './ops-server.ts';

const SECOND_MS = 1_000;
const MAX_BAN_MS = 30 * 86_400_000;

/** `/bans`: who is kept out of the whole cluster. */
export function banRoutes(parts: OperatorParts): Readonly<Record<string, OpsRoute>> {
  return {
    '/bans': {
      GET: (request) => list(request, parts),
      POST: (request) => ban(request, parts),
      DELETE: (request) => unban(request, parts),
    },
  };
}

/** What a ban of each kind is called by, in the form that the core compares; `undefined`: no such thing can be. */
const SUBJECTS: Readonly<Record<BanKind, (text: string) => string | undefined>> = {
  address: (text) => (isIP(text) > 0 ? text : undefined),
  /** The token, or its SHA-256 in hex as `/sessions` reveals it: what looks like one is taken for one. */
  token: (text) => (/^[0-9a-f]{64}$/.test(text) ? text : digestOf(text)),
  user: realmAndId,
  peer: realmAndId,
};

const KINDS = Object.keys(SUBJECTS) as BanKind[];
const ref = { kind: z.enum(KINDS), subject: z.string().min(1) };
const banBody = z
  .strictObject({ ...ref, forMs: z.int().min(SECOND_MS).max(MAX_BAN_MS) })
  .transform((body, context) => ({ ref: refIn(body, context), forMs: body.forMs }));
const unbanBody = z.strictObject(ref).transform(refIn);
const listQuery = z.strictObject({ reveal });

async function list(request: OpsRequest, parts: OperatorParts): Promise<HttpAnswer> {
  const { operations, pseudonyms, access, record } = parts;
  const query = readQuery(request, listQuery);
  if (!query.ok) return query.answer;
  const isRevealed = query.value.reveal;
  const refused = isRevealed ? await access.refusalOf(request) : undefined;
  if (refused) return refused;
  const bans = operations.bans();
  if (isRevealed) record('revealed', request, { what: 'bans', count: bans.length });
  const nowMs = Date.now();
  return data(200, {
    bans: bans.map((one) => ({
      kind: one.kind,
      subject: isRevealed ? one.subject : pseudonymOf(one, pseudonyms),
      endsAt: new Date(nowMs + one.leftMs).toISOString(),
    })),
  });
}

async function ban(request: OpsRequest, parts: OperatorParts): Promise<HttpAnswer> {
  const refused = await parts.access.refusalOf(request);
  if (refused) return refused;
  const body = await readBody(request, banBody);
  if (!body.ok) return body.answer;
  const { ref: whom, forMs } = body.value;
  const outcome = await known(parts.operations.ban(whom, forMs));
  parts.record('banned', request, { ...noted(whom, parts), forMs, outcome });
  switch (outcome) {
    case 'banned':
      return data(200, { outcome });
    case 'full':
      return refusal(507, 'bans-full', `There are ${MAX_BANS} bans, and there can be no more.`);
    case 'too-long':
      return refusal(400, 'bad-request', 'The body is not valid: subject.');
    case 'unknown':
      return UNKNOWN;
  }
}

async function unban(request: OpsRequest, parts: OperatorParts): Promise<HttpAnswer> {
  const refused = await parts.access.refusalOf(request);
  if (refused) return refused;
  const body = await readBody(request, unbanBody);
  if (!body.ok) return body.answer;
  const outcome = await known(parts.operations.unban(body.value));
  parts.record('unbanned', request, { ...noted(body.value, parts), outcome });
  switch (outcome) {
    case 'unbanned':
      return data(200, { outcome });
    case 'absent':
      return refusal(404, 'no-such-ban', 'There is no such ban.');
    case 'unknown':
      return UNKNOWN;
  }
}

/** Without the directory nobody knows whether a change has come about. */
const known = <Outcome>(change: Promise<Outcome>): Promise<Outcome | 'unknown'> =>
  change.catch((error: unknown) => {
    if (error instanceof Unavailable) return 'unknown';
    throw error;
  });

const UNKNOWN = refusal(
  503,
  'cluster-unavailable',
  'The directory does not answer: whether this has come about is not known. Ask again.',
  { 'retry-after': '2' },
);

/** Whom a line of the log is about. */
const noted = (whom: BanRef, { pseudonyms }: OperatorParts) => ({
  kind: whom.kind,
  subject: pseudonymOf(whom, pseudonyms),
});

function refIn({ kind, subject: text }: BanRef, context: z.RefinementCtx): BanRef {
  const subject = SUBJECTS[kind](text);
  if (subject !== undefined) return { kind, subject };
  context.addIssue({ code: 'custom', path: ['subject'] });
  return z.NEVER;
}

function realmAndId(text: string): string | undefined {
  const [realm = '', ...id] = text.split('/');
  return isRealm(realm) && isId(id.join('/')) ? text : undefined;
}
