import type { HttpAnswer } from '@parley/core';
import * as z from 'zod';
import { refusal } from './ops-answer.ts';
import type { OpsRequest } from './ops-server.ts';

/** What somebody asked for, or why it cannot be read. */
export type Input<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly answer: HttpAnswer };

/** `?reveal=1`. */
export const reveal = z
  .enum(['0', '1'])
  .default('0')
  .transform((flag) => flag === '1');

/** The query; of a parameter that comes twice the last counts. */
export function readQuery<T>({ query }: OpsRequest, schema: z.ZodType<T>): Input<T> {
  return checked(Object.fromEntries(query), schema, 'query');
}

/** A body in JSON, and nothing that a page could send without asking for leave: forms and plain text are refused. */
export async function readBody<T>(request: OpsRequest, schema: z.ZodType<T>): Promise<Input<T>> {
  if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? ''))
    return refused(415, 'not-json', 'The body has to be application/json.');
  const text = await request.text();
  if (text === undefined) return refused(413, 'too-large', 'The body is too large.');
  try {
    return checked(JSON.parse(text), schema, 'body');
  } catch {
    return refused(400, 'bad-request', 'The body is not JSON.');
  }
}

/** Names what is wrong by its path: values, and names that somebody made up, stay out of answers. */
function checked<T>(value: unknown, schema: z.ZodType<T>, what: 'query' | 'body'): Input<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const paths = new Set(parsed.error.issues.map(({ path }) => path.join('.')).filter((path) => path !== ''));
  const where = paths.size > 0 ? `: ${[...paths].join(', ')}` : ', or has a member that is not known';
  return refused(400, 'bad-request', `The ${what} is not valid${where}.`);
}

const refused = (...refusing: Parameters<typeof refusal>) =>
  ({ ok: false, answer: refusal(...refusing) }) as const;
