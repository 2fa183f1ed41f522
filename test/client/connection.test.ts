import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { mint } from '@parley/auth';
import { afterEach, beforeAll, afterAll, describe, expect, it, vi } from 'vitest';

import { startServerHere, type ClusterNode } from '../support/cluster.ts';
import { withFreePorts } from '../support/ports.ts';
import { jwtSettings, tokenFor } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { Ear, openingLines, webSocketFrom } from './support/lines.ts';
import { ScriptedNode } from './support/scripted-node.ts';

const publicToken = 'a-public-token-of-the-page';
const openLine = openingLines();
let node: ClusterNode;
beforeAll(async () => {
  node = await startServerHere({ PARLEY_PUBLIC_TOKENS: publicToken, ...jwtSettings });
});
afterAll(() => node.stop());
afterEach(() => void vi.unstubAllGlobals());

describe('connect', () => {
  it('resolves with the first welcome, and says who we are', async () => {
    const { line, ear } = await openLine(node.url, { token: tokenFor('ada') });

    expect(line.state).toBe('open');
    expect(line.welcome).toMatchObject({ user: 'ada', resumed: false });
    expect(ear.welcomes).toEqual([line.welcome]);
    expect(ear.changes).toEqual([{ state: 'open', willReturn: true }]);
  });

  it('asks for the token where it is to be had', async () => {
    const { line } = await openLine(node.url, { getToken: async () => tokenFor('ada') });
    expect(line.welcome?.user).toBe('ada');
  });

  it.each([
    ['no credential', {}, 'credential-missing'],
    ['a malformed one', { token: 'short' }, 'credential-malformed'],
    ['a token that nobody knows', { token: 'another-public-token' }, 'token-unknown'],
    ['an expired one', { token: expired() }, 'token-expired'],
    ['one that no socket can show', { token: 'two words, or more' }, 'credential-malformed'],
    ['one that is none', { getToken: () => undefined as unknown as string }, 'credential-malformed'],
  ])('rejects at once with %s', async (_, options, code) => {
    await expect(openLine(node.url, options)).rejects.toMatchObject({ name: 'ParleyError', code });
  });

  it('rejects at once from a page of another origin', async () => {
    const page = 'https://elsewhere.example';
    const { fetch } = globalThis;
    vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
      fetch(url, { ...init, headers: [...new Headers(init.headers), ['origin', page]] }),
    );
    const connecting = openLine(node.url, { token: publicToken, webSocket: webSocketFrom(page) });
    await expect(connecting).rejects.toMatchObject({ code: 'origin-not-allowed' });
  });

  it('rejects where the program is told so before a welcome, such as by a ban', async () => {
    const scripted = await ScriptedNode.start((visit) => visit.close(4202, 'banned'));
    await expect(openLine(scripted.url)).rejects.toMatchObject({ code: 'banned' });
    expect(scripted.visits).toHaveLength(1);
    await scripted.stop();
  });

  it('names what is missing where the platform has no WebSocket', async () => {
    vi.stubGlobal('WebSocket', undefined);
    const connecting = openLine(node.url, { webSocket: undefined as never });
    await expect(connecting).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('`webSocket`') as string,
    });
  });

  it.each(['', 'ftp://host.example', 'host.example', 'wss://'])(
    'rejects what is no address: %j',
    async (url) => {
      await expect(openLine(url)).rejects.toMatchObject({ code: 'bad-address' });
    },
  );

  it('tries again where nobody answers, and rejects in the end with what it was', async () => {
    await withFreePorts(1, async (port) => {
      const ear = new Ear();
      const connecting = openLine(`ws://127.0.0.1:${port}`, { timeoutMs: 1_500 }, ear);
      await expect(connecting).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('nobody answers') as string,
      });
      expect(ear.changes.length).toBeGreaterThan(1);
      expect(ear.changes[0]).toMatchObject({ state: 'connecting', reason: 'unreachable', willReturn: true });
      expect(ear.changes.at(-1)).toMatchObject({ state: 'closed', reason: 'unreachable', willReturn: false });
    });
  });

  it('says so where another server answers', async () => {
    const stranger = createServer((_request, response) => response.writeHead(200).end('welcome to nginx'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    const connecting = openLine(`ws://127.0.0.1:${port}`, { timeoutMs: 500 });
    await expect(connecting).rejects.toThrow(/no Parley server answers/);
    stranger.closeAllConnections();
    await new Promise((resolve) => stranger.close(resolve));
  });

  it('waits for a seat at a full node, and gets it', async () => {
    const small = await startServerHere({ PARLEY_MAX_SESSIONS: '1' });
    const { line: first } = await openLine(small.url);
    const ear = new Ear();
    const second = openLine(small.url, {}, ear);
    await until('it to be refused', () => ear.changes.some(({ reason }) => reason === 'node-full'));
    first.close();
    expect((await second).line.state).toBe('open');
    (await second).line.close();
    await small.stop();
  });

  it('waits for a token that cannot be had now', async () => {
    let asked = 0;
    const getToken = async () => {
      asked += 1;
      if (asked < 3) throw new Error('no network');
      return publicToken;
    };
    const { line, ear } = await openLine(node.url, { getToken });
    expect(line.state).toBe('open');
    expect(ear.changes.map(({ reason }) => reason)).toEqual(['unreachable', 'unreachable', undefined]);
  });

  it('asks once more for a token that is refused, and takes no for an answer when it is the same', async () => {
    const needs: string[] = [];
    const cached = expired();
    const getToken = (need: string) => {
      needs.push(need);
      return cached;
    };
    await expect(openLine(node.url, { getToken })).rejects.toMatchObject({ code: 'token-expired' });
    expect(needs).toEqual(['connect', 'refused']);
  });

  it('comes in with the one that it is given then', async () => {
    const getToken = (need: string) => (need === 'refused' ? tokenFor('ada') : expired());
    const { line } = await openLine(node.url, { getToken });
    expect(line.welcome?.user).toBe('ada');
  });
});

describe('giving up', () => {
  it('rejects with the reason of a signal that is aborted already, and asks nobody', async () => {
    const scripted = await ScriptedNode.start((visit) => visit.welcome());
    const signal = AbortSignal.abort(new Error('never mind'));
    await expect(openLine(scripted.url, { signal })).rejects.toThrow('never mind');
    expect(scripted.visits).toHaveLength(0);
    await scripted.stop();
  });

  it('rejects with it while a welcome is waited for, and ends the socket', async () => {
    const scripted = await ScriptedNode.start(() => {});
    const giveUp = new AbortController();
    const connecting = openLine(scripted.url, { signal: giveUp.signal });
    const visit = await scripted.visit(0);
    giveUp.abort(new Error('never mind'));
    await expect(connecting).rejects.toThrow('never mind');
    await until('the socket to end', () => visit.closed);
    await scripted.stop();
  });

  it('makes no socket for a token that comes too late', async () => {
    const scripted = await ScriptedNode.start((visit) => visit.welcome());
    const giveUp = new AbortController();
    let give: (token: string) => void = () => {};
    const getToken = () => new Promise<string>((resolve) => (give = resolve));
    const connecting = openLine(scripted.url, { getToken, signal: giveUp.signal });
    giveUp.abort(new Error('never mind'));
    await expect(connecting).rejects.toThrow('never mind');
    give('too-late-by-a-moment');
    // Long before the second of these it would have had its socket.
    for (const token of ['in-time', 'later']) await openLine(scripted.url, { token });
    expect(scripted.visits.map(({ offered }) => offered.token)).toEqual(['in-time', 'later']);
    await scripted.stop();
  });

  it('says goodbye, so that nobody waits for us', async () => {
    const scripted = await ScriptedNode.start((visit) => visit.welcome());
    const { line } = await openLine(scripted.url);
    line.close();
    const visit = await scripted.visit(0);
    await until('the socket to end', () => visit.closed);
    expect(visit.heard).toEqual([{ type: 'bye' }]);
    expect(visit.closed?.code).toBe(1000);
    await scripted.stop();
  });

  it('means nothing any more once it is connected', async () => {
    const giveUp = new AbortController();
    const { line } = await openLine(node.url, { token: publicToken, signal: giveUp.signal });
    giveUp.abort();
    expect(await line.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });
});

describe('a request', () => {
  it('resolves with its answer, and rejects with the code of an error', async () => {
    const { line } = await openLine(node.url, { token: publicToken });
    expect(await line.request({ type: 'join' })).toMatchObject({ type: 'joined', peers: [] });
    const leaving = line.request({ type: 'leave', room: 'elsewhere' as never });
    await expect(leaving).rejects.toMatchObject({ name: 'ParleyError', code: 'not-in-room' });
  });

  it('that is too big for any session is not said, and costs none', async () => {
    const { line, ear } = await openLine(node.url, { token: publicToken });
    const { maxMessageBytes = 0 } = line.welcome?.limits ?? {};
    const join = { type: 'join', meta: 'ä'.repeat(maxMessageBytes / 2) } as const;
    await expect(line.request(join)).rejects.toMatchObject({ code: 'too-big' });
    const within = { type: 'join', meta: 'a'.repeat(maxMessageBytes - 100) } as const;
    await expect(line.request(within)).rejects.toMatchObject({ code: 'bad-message' });
    expect(ear.states).toEqual(['open']);
  });

  it('rejects as closed, before and while it waits, when the program closes', async () => {
    const scripted = await ScriptedNode.start((visit) => visit.welcome());
    const { line } = await openLine(scripted.url);
    const asking = line.request({ type: 'ping' });
    line.close();
    await expect(asking).rejects.toMatchObject({ code: 'closed' });
    await expect(line.request({ type: 'ping' })).rejects.toMatchObject({ code: 'closed' });
    await scripted.stop();
  });
});

describe('a signal', () => {
  it('is told what became of it', async () => {
    const [{ line: ada }, { line: bob }] = await Promise.all([
      openLine(node.url, { token: publicToken }),
      openLine(node.url, { token: publicToken }),
    ]);
    const room = 'signals' as never;
    await ada.request({ type: 'join', room });
    await bob.request({ type: 'join', room });
    const to = bob.welcome!.peer;

    expect(await ada.signal({ type: 'signal', room, to, custom: 1 })).toMatchObject({ type: 'delivered' });
    expect(await ada.signal({ type: 'signal', room, to: 'nobody' as never, custom: 1 })).toMatchObject({
      type: 'error',
      code: 'peer-unreachable',
    });
    bob.close();
    ada.close();
    expect(ada.signal({ type: 'signal', room, to, custom: 1 })).toBeUndefined();
  });

  it('whose session ends before its receipt is lost, as far as anybody knows', async () => {
    const scripted = await ScriptedNode.start((visit, index) => index === 0 && visit.welcome());
    const { line } = await openLine(scripted.url);
    const receipt = line.signal({ type: 'signal', room: 'r' as never, to: 'p' as never, custom: 1 });
    const visit = await scripted.visit(0);
    await visit.next('signal');
    visit.close(1011);
    expect(await receipt).toBeUndefined();
    await scripted.stop();
  });
});

/** Beyond the 30 s that clocks may differ. */
function expired(): string {
  const everything = { rooms: ['*'], queues: ['*'], codes: true };
  return mint(
    { sub: 'ada', ...everything },
    { algorithm: 'HS256', key: jwtSettings.PARLEY_JWT_SECRET, lifeMs: 1_000, nowMs: Date.now() - 60_000 },
  );
}
