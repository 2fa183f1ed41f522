import type { Outgoing } from '@parley/protocol';

import type { RawClient } from '../../support/client.ts';
import type { WatchedNode } from '../support/watched-node.ts';
import { OPS_TOKEN } from './nodes.ts';

/** Does something several times, one after the other. */
export async function times<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await act(index));
  return answers;
}

/** The terminal answer to a message: its type, or `error` and the code. */
export async function answerTo(client: RawClient, message: object): Promise<string> {
  return heard(await client.request(message));
}

export const heard = (message: Outgoing) =>
  message.type === 'error' ? `error ${message.code}` : message.type;

/** How the socket is ended by the node: `4004 idle`, without a time to come back. */
export async function ended(client: RawClient): Promise<string> {
  const { code, reason } = await client.closed;
  return `${code} ${reason.replace(/ retry=\d+$/, '')}`;
}

/** Says what an operator says. */
export async function operate(node: WatchedNode, method: string, path: string, body?: object) {
  const response = await fetch(`${node.opsUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${OPS_TOKEN}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
