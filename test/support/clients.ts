import { afterEach } from 'vitest';

import { RawClient, type ConnectOptions } from './client.ts';

/**
 * A `connect` for one suite that cleans up after itself: whatever a test connected is dropped when the test ends.
 *
 * @example const connect = connecting(() => node.url);
 * @param url where to connect unless a call says otherwise; asked each time, because nodes start in `beforeAll`
 */
export function connecting(url: () => string): (options?: ConnectOptions, to?: string) => Promise<RawClient> {
  const clients: RawClient[] = [];
  afterEach(async () => {
    const leaving = clients.splice(0);
    leaving.forEach((client) => client.terminate());
    await Promise.all(leaving.map((client) => client.closed));
  });
  return async (options, to = url()) => {
    const client = await RawClient.connect(to, options);
    clients.push(client);
    return client;
  };
}
