/** What a client may send: one message, one file. */
import * as z from 'zod';

import { bye } from './bye.ts';
import { ice } from './ice.ts';
import { join } from './join.ts';
import { leave } from './leave.ts';
import { match } from './match.ts';
import { ping } from './ping.ts';
import { refresh } from './refresh.ts';
import { signal } from './signal.ts';
import type { Signal, SignalAddress } from './signal.ts';
import { unmatch } from './unmatch.ts';
import { update } from './update.ts';

/** Every message of a client, discriminated by `type`. */
export const incoming = z.discriminatedUnion('type', [
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
]);

export type Incoming = z.infer<typeof incoming>;
export type IncomingType = Incoming['type'];

/** What a node reads of what a client sends: every message whole, but of a signal only its address. */
export type Received = Exclude<Incoming, Signal> | SignalAddress;

/** The schema of each type; complete by type. */
export const INCOMING = { join, leave, update, match, unmatch, signal, refresh, ice, ping, bye } satisfies {
  [Type in IncomingType]: z.ZodType<Extract<Incoming, { type: Type }>>;
};

export type { Bye } from './bye.ts';
export type { Ice } from './ice.ts';
export type { Join } from './join.ts';
export type { Leave } from './leave.ts';
export type { Match } from './match.ts';
export type { Ping } from './ping.ts';
export type { Refresh } from './refresh.ts';
export type { Signal, SignalAddress } from './signal.ts';
export type { Unmatch } from './unmatch.ts';
export type { Update } from './update.ts';
