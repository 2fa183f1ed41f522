import type { Received } from '@parley/protocol';
import { bye } from './bye.ts';
import type { Context, Handler } from './handler.ts';
import { ice } from './ice.ts';
import { join } from './join.ts';
import { leave } from './leave.ts';
import { match } from './match.ts';
import { ping } from './ping.ts';
import { refresh } from './refresh.ts';
import { signal } from './signal.ts';
import { unmatch } from './unmatch.ts';
import { update } from './update.ts';

const HANDLERS: { readonly [Type in Received['type']]: Handler<Type> } = {
  join,
  leave,
  update,
  match,
  unmatch,
  signal,
  refresh,
  ice,
  ping,
  bye,
};

/** Hands a message to the handler of its type. */
export function dispatch(context: Context, message: Received): void | Promise<void> {
  const handler = HANDLERS[message.type] as Handler<Received['type']>;
  return handler(context, message);
}
