import type { Address } from './address.ts';

/** Asks the server why there is no line to it: the code of its answer (PROTOCOL.md, "Before the socket"), or `unreachable`. */
export async function whyNot({ server, token }: Address): Promise<string> {
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const response = await fetch(new URL('v1/check', server), { headers, cache: 'no-store' });
    const answer = (await response.json()) as { code?: unknown } | null;
    return typeof answer?.code === 'string' ? answer.code : 'unreachable';
  } catch {
    // Nobody answers, or somebody who is no Parley server.
    return 'unreachable';
  }
}
