import { get } from 'node:http';

import { expect } from 'vitest';

import { until } from '../../support/until.ts';

/** How much a node holds, as its operations port tells. */
export interface Footprint {
  readonly sessions: number;
  readonly rooms: number;
  readonly waiters: number;
  readonly pendingReceipts: number;
  /** Connections among them, that nobody has upgraded as well. Absent where the platform does not tell. */
  readonly openFiles: number | undefined;
}

/** Asks the operations port. */
export async function footprintOf(opsUrl: string): Promise<Footprint> {
  const metrics = await read(`${opsUrl}/metrics`);
  const status = JSON.parse(await read(`${opsUrl}/statusz`)) as Record<
    'sessions' | 'rooms' | 'waiters',
    number
  >;
  const { sessions, rooms, waiters } = status;
  return {
    sessions,
    rooms,
    waiters,
    pendingReceipts: sample(metrics, 'parley_pending_receipts') ?? NaN,
    openFiles: sample(metrics, 'process_open_fds'),
  };
}

/** Waits until a node holds no more than it did. */
export async function untilNothingGrew(
  opsUrl: string,
  before: Footprint,
  deadlineMs?: number,
): Promise<void> {
  await until(
    'a node that holds no more than before',
    async () => {
      expect(await footprintOf(opsUrl)).toEqual(before);
      return true;
    },
    deadlineMs,
  );
}

/** On a connection of its own, which is over afterwards: one that is kept open would be counted, now and then. */
function read(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { connection: 'close' } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('close', () =>
        response.statusCode === 200
          ? resolve(body)
          : reject(new Error(`${url}: ${response.statusCode} ${body}`)),
      );
    }).on('error', reject);
  });
}

function sample(metrics: string, name: string): number | undefined {
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics) ?? [];
  return value === undefined ? undefined : Number(value);
}
