import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ParleyError } from './error.ts';
import { IceServers } from './parley-ice.ts';
import type { Line } from './ports.ts';

const OLD = [{ urls: 'turn:old' }];
const NEW = [{ urls: 'turn:new' }];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the servers for RTCPeerConnections', () => {
  it('are those of the welcome for as long as their credentials are good', async () => {
    const { servers, line, request } = known(600_000);
    vi.advanceTimersByTime(500_000);

    expect(await servers.fresh(line)).toEqual(OLD);
    expect(request).not.toHaveBeenCalled();
  });

  it('are asked for anew a minute before the credentials end, and once', async () => {
    const { servers, line, request } = known(600_000);
    vi.advanceTimersByTime(541_000);

    expect(await servers.fresh(line)).toEqual(NEW);
    expect(await servers.fresh(line)).toEqual(NEW);
    expect(request).toHaveBeenCalledTimes(1);
  });

  it('are asked for once by many who want them at once', async () => {
    const { servers, line, request } = known(1_000);
    vi.advanceTimersByTime(2_000);

    const many = await Promise.all(Array.from({ length: 40 }, () => servers.fresh(line)));
    expect(many).toEqual(Array.from({ length: 40 }, () => NEW));
    expect(request).toHaveBeenCalledTimes(1);
  });

  it('are never asked for where nothing ends', async () => {
    const { servers, line, request } = known();
    vi.advanceTimersByTime(1e9);

    expect(await servers.fresh(line)).toEqual(OLD);
    expect(request).not.toHaveBeenCalled();
  });

  it.each([
    ['the node cannot tell', { welcome: { features: [] } }],
    ['there is no session', { state: 'away' }],
    ['the node refuses', { request: () => Promise.reject(new ParleyError('rate-limited')) }],
  ])('are the old ones where %s', async (_why, change) => {
    const { servers, line } = known(1_000);
    vi.advanceTimersByTime(2_000);

    expect(await servers.fresh({ ...line, ...change } as never)).toEqual(OLD);
  });
});

function known(iceExpiresInMs?: number) {
  const servers = new IceServers();
  servers.take({ iceServers: OLD, ...(iceExpiresInMs !== undefined && { iceExpiresInMs }) });
  const answer = { type: 'ice-servers', iceServers: NEW, expiresInMs: 600_000 };
  const request = vi.fn<() => Promise<typeof answer>>(() => Promise.resolve(answer));
  const line = { state: 'open', welcome: { features: ['ice'] }, request } as unknown as Line;
  return { servers, line, request };
}
