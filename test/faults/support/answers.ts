import type { Outgoing } from '@parley/protocol';
import { expect } from 'vitest';

import { type RawClient, Refused } from '../../support/client.ts';
import type { NodeProcess } from '../../support/process.ts';
import { until } from '../../support/until.ts';

/** What a busy machine may add to a promised second. */
export const WITHIN_MS = 1_500;

export interface Timed<T> {
  readonly answer: T;
  readonly tookMs: number;
}

export async function timed<T>(asked: () => Promise<T>): Promise<Timed<T>> {
  const startedMs = performance.now();
  const answer = await asked();
  return { answer, tookMs: performance.now() - startedMs };
}

/** Each of these is answered `cluster-unavailable`, with a time to come back, within {@link WITHIN_MS}. */
export async function expectUnavailable(client: RawClient, messages: readonly object[]): Promise<void> {
  for (const message of messages) {
    const { answer, tookMs } = await timed(() => client.request(message));
    expect(answer, `the answer to ${JSON.stringify(message)}`).toMatchObject({
      type: 'error',
      code: 'cluster-unavailable',
    });
    expect(tookMs, `the answer to ${JSON.stringify(message)}`).toBeLessThan(WITHIN_MS);
  }
}

/** Sends again and again until a signal is delivered; returns how long that took. */
export async function untilDelivered(
  from: RawClient,
  to: RawClient,
  room: string,
  deadlineMs = 10_000,
): Promise<number> {
  const startedMs = performance.now();
  await until(
    'a signal to be delivered',
    async () => {
      const { type } = await from.request(signalTo(to, room, 'again'));
      return type === 'delivered';
    },
    deadlineMs,
  );
  return performance.now() - startedMs;
}

export const signalTo = (to: RawClient, room: string, custom: string | number) => ({
  type: 'signal',
  room,
  to: to.welcome.peer,
  custom,
});

/** What a client has got in signals so far, without what {@link untilDelivered} sent. */
export function heardBy({ received }: RawClient): unknown[] {
  return received.flatMap((message) =>
    message.type === 'signal' && message.custom !== 'again' ? [message.custom] : [],
  );
}

/** What a client was told about others that are not there any more, or not now. */
export function verdictsTo({ received }: RawClient): Outgoing[] {
  return received.filter(({ type }) => type === 'peer-left' || type === 'peer-away' || type === 'left');
}

/** The sockets stand, and nobody was told that somebody had gone. */
export function expectUndisturbed(clients: readonly RawClient[]): void {
  for (const client of clients) {
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(verdictsTo(client)).toEqual([]);
  }
}

/** The status of a page on the operations port. */
export async function statusAt({ opsUrl }: NodeProcess, path: '/livez' | '/readyz'): Promise<number> {
  return (await fetch(`${opsUrl}${path}`)).status;
}

/** Waits until who connects is refused before there is a socket: 503, and when to come back. Until then nobody gets a welcome. */
export async function untilRefused(knock: () => Promise<RawClient>, deadlineMs = 5_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const { status, headers, closed } = await refusalOf(knock);
    if (status === 503) return expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    // The socket was opened just before the node knew.
    expect(closed?.reason).toMatch(/^cluster-unavailable/);
    expect(performance.now(), 'so long without a 503').toBeLessThan(deadline);
  }
}

async function refusalOf(knock: () => Promise<RawClient>): Promise<Refused> {
  const refused = await knock().then(
    () => 'welcome',
    (error: unknown) => error,
  );
  if (refused instanceof Refused) return refused;
  throw new Error(`expected a refusal and got ${String(refused)}`);
}
