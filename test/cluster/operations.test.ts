import { createHash } from 'node:crypto';

import { CLOSES } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Refused, type ConnectOptions, type RawClient } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { askOperations as ask } from '../support/operations.ts';
import { startProcesses, statusOf, type ProcessCluster } from '../support/process-cluster.ts';
import type { NodeProcess } from '../support/process.ts';
import { Shipped } from '../support/shipped.ts';
import { jwtSettings, tokenFor } from '../support/tokens.ts';
import { until } from '../support/until.ts';

const TOKEN = 'the-token-of-the-operators';
const PSEUDONYM = /^[0-9a-f]{24}$/;
/** Of a user or peer with its realm before it. */
const NAMED = /^(main\/)?[0-9a-f]{24}$/;
/** A beat, and some time to do what it tells. */
const WITHIN_A_BEAT_MS = 4_000;

const mallory: ConnectOptions = {
  token: tokenFor('mallory', { peer: 'mallorys-phone' }),
  origin: 'https://app.example',
  headers: { 'User-Agent': 'Browser/1.0' },
  socket: { localAddress: '127.0.0.2' },
};
const alice: ConnectOptions = { token: tokenFor('alice', { peer: 'alices-phone' }) };

// operator -> ops-server -> ops-guard -> ops-access -> ops-sessions, ops-bans -> core/operations -> the other node
describe('operators of two nodes', () => {
  let cluster: ProcessCluster;
  let here: NodeProcess;
  let there: NodeProcess;
  // After the next hook: when those whom it sends away are gone, so that no test finds them in a list.
  afterEach(() =>
    until('nobody to be left', async () => {
      const statuses = await Promise.all(cluster.nodes.map(statusOf));
      return statuses.every(({ sessions }) => sessions === 0);
    }),
  );
  const connect = connecting(() => there.url);
  beforeAll(async () => {
    cluster = await startProcesses(2, {
      ...jwtSettings,
      PARLEY_ALLOWED_ORIGINS: 'https://app.example',
      PARLEY_OPS_TOKEN: TOKEN,
      PARLEY_LOG_KEY: 'a key that the nodes of one cluster share',
      PARLEY_LOG_LEVEL: 'debug',
    });
    [here, there] = cluster.nodes as [NodeProcess, NodeProcess];
  });
  afterAll(() => cluster?.stop());

  it('read who is on a node page by page, by names that are the same on every node and in its log', async () => {
    const tokens = ['a', 'b', 'c'].map((user) => tokenFor(user));
    for (const token of tokens) await connect({ token }, here.url);
    await connect({ token: tokens[0]! }, there.url);

    const pages = await pagesOf(here, 2);
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    const [elsewhere] = (await pagesOf(there, 2)).flat();
    const users = pages.flat().map(({ user }) => user);
    expect(new Set(users).size).toBe(3);
    expect(users[0]).toBe(elsewhere?.user);
    for (const { session, peer, user, address } of pages.flat())
      for (const name of [session, peer, user, address]) expect(name).toMatch(PSEUDONYM);

    const namesIn = (list: readonly object[]) =>
      list.map((each) => JSON.stringify(each, ['session', 'peer', 'user', 'address']));
    await until('the log to name them', () => {
      const opened = here.lines.filter(({ event }) => event === 'session-opened');
      expect(namesIn(opened)).toEqual(namesIn(pages.flat()));
      return true;
    });
  });

  it('see with the token who it is, from where, and how much they sent', async () => {
    const client = await connect(mallory);
    await client.request({ type: 'join', room: 'r' }, 'joined');
    await client.request({ type: 'ping' }, 'pong');
    const query = '/sessions?reveal=1';
    expect((await ask(there, 'GET', query, { token: `${TOKEN}.` })).status).toBe(403);

    const { body } = await ask(there, 'GET', query, { token: TOKEN });
    const { peer, session, instance } = client.welcome;
    expect(body['sessions']).toEqual([
      {
        peer,
        session,
        instance,
        pseudonym: expect.stringMatching(PSEUDONYM),
        user: 'mallory',
        realm: 'main',
        address: '127.0.0.2',
        token: sha256(mallory.token!.slice(0, mallory.token!.lastIndexOf('.'))),
        origin: 'https://app.example',
        userAgent: 'Browser/1.0',
        connectedAt: expect.any(String),
        lastActivity: expect.any(String),
        rooms: 1,
        queues: 0,
        framesReceived: 2,
        bytesReceived: expect.any(Number),
        framesSent: 3,
        bytesSent: expect.any(Number),
      },
    ]);
    const [{ connectedAt, lastActivity }] = body['sessions'] as [Record<string, string>];
    const times = [connectedAt, lastActivity].map((time) => Date.parse(time!));
    expect(times[0]).toBeLessThanOrEqual(times[1]!);
    expect(Math.abs(times[1]! - Date.now())).toBeLessThan(10_000);
  });

  it('end one session of the other node, by the name it has in a list, and no other', async () => {
    const victim = await connect(mallory);
    const bystander = await connect(alice);
    const [[named]] = (await pagesOf(there, 1)) as [[Described]];
    const answer = await close(here, named.session);
    expect(answer).toMatchObject({ status: 202, body: { outcome: 'told', nodes: 1 } });
    expect((await victim.closed).code).toBe(CLOSES.kicked.code);
    await bystander.request({ type: 'ping' }, 'pong');

    // Where it is, it is ended at once, and by its own name, too.
    const again = await close(there, bystander.welcome.session);
    expect(again).toMatchObject({ status: 200, body: { outcome: 'closed' } });
    expect((await bystander.closed).code).toBe(CLOSES.kicked.code);
  });

  it.each<{ kind: string; subject: string; caught: ConnectOptions; free: ConnectOptions }>([
    {
      kind: 'address',
      subject: '::ffff:127.0.0.2',
      caught: { ...alice, socket: mallory.socket! },
      free: { token: mallory.token! },
    },
    {
      kind: 'user',
      subject: 'main/mallory',
      caught: { token: tokenFor('mallory') },
      free: { ...mallory, token: tokenFor('malory') },
    },
    {
      kind: 'peer',
      subject: 'main/mallorys-phone',
      caught: { token: tokenFor('trudy', { peer: 'mallorys-phone' }) },
      free: { ...mallory, token: tokenFor('mallory', { peer: 'mallorys-tablet' }) },
    },
    {
      kind: 'token',
      subject: mallory.token!,
      caught: { token: mallory.token! },
      free: { ...mallory, token: tokenFor('mallory') },
    },
  ])(
    'ban a $kind: on every node its sessions end within a beat, and it stays out until it is let in',
    async (ban) => {
      const { kind, subject, caught, free } = ban;
      const victim = await connect(mallory);
      const bystander = await connect(alice);
      const banned = await change(here, 'POST', { kind, subject, forMs: 600_000 });
      expect(banned).toMatchObject({ status: 200, body: { outcome: 'banned' } });
      await within(WITHIN_A_BEAT_MS, victim.closed);
      expect(await victim.closed).toEqual({ code: CLOSES.banned.code, reason: 'banned' });

      for (const { url } of [here, there]) {
        await expectBanned(connect(mallory, url), kind);
        await expectBanned(connect(caught, url), kind);
        // Whoever is not meant comes in by the same way.
        await leave(await connect(free, url));
      }
      await bystander.request({ type: 'ping' }, 'pong');

      const { body: listed } = await ask(there, 'GET', '/bans');
      expect(listed['bans']).toEqual([
        { kind, subject: expect.stringMatching(NAMED), endsAt: expect.any(String) },
      ]);
      expect(await change(here, 'DELETE', { kind, subject })).toMatchObject({ status: 200 });
      await leave(await connect(mallory, here.url));
      await until('the other node to let it in', () => isLetIn(mallory), WITHIN_A_BEAT_MS);
      expect(await change(here, 'DELETE', { kind, subject })).toMatchObject({ status: 404 });
    },
  );

  it('ban for a time, and it ends by itself, on every node', async () => {
    const banned = { kind: 'user', subject: 'main/mallory' };
    await change(here, 'POST', { ...banned, forMs: 3_000 });
    await expectBanned(connect(mallory, here.url), 'user');
    await until('a node to let it in again', () => isLetIn(mallory, here));
    await until('the other node, too', () => isLetIn(mallory, there));
    expect((await ask(here, 'GET', '/bans')).body).toEqual({ bans: [] });
  });

  it.each([
    ['its own name for this port', { host: 'evil.example:9464' }, 421],
    ['its origin', { origin: 'https://evil.example' }, 403],
    ['what its browser says of it', { 'sec-fetch-site': 'cross-site' }, 403],
  ])(
    'are not what a page is: with %s it learns nothing and changes nothing',
    async (_with, headers, status) => {
      const client = await connect(alice);
      const { session } = client.welcome;
      for (const path of ['/metrics', '/statusz', '/sessions', '/bans'])
        expect(await ask(there, 'GET', path, { headers })).toMatchObject({
          status,
          text: expect.not.stringMatching(/parley_|alice|main/),
        });
      const body = { session };
      const refused = await ask(there, 'POST', '/sessions/close', { token: TOKEN, headers, body });
      expect(refused.status).toBe(status);
      await client.request({ type: 'ping' }, 'pong');
      expect((await close(there, session)).status).toBe(200);
    },
  );

  it('leave a line for each thing they did, without a token, an address or a name', () => {
    const done = here.lines.filter(({ event }) => String(event).startsWith('operator-'));
    const events = new Set(done.map(({ event }) => event));
    expect(events).toEqual(new Set(['operator-closed-session', 'operator-banned', 'operator-unbanned']));
    for (const { level, from } of done)
      expect([level, from]).toEqual(['info', expect.stringMatching(PSEUDONYM)]);
    for (const { output } of [here, there]) {
      const secrets = [TOKEN, mallory.token!, 'mallory', 'alice', '127.0.0.2', 'app.example', 'Browser/1.0'];
      expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
    }
  });

  const close = (node: NodeProcess, session: string) =>
    ask(node, 'POST', '/sessions/close', { token: TOKEN, body: { session } });

  const change = (node: NodeProcess, method: string, body: object) =>
    ask(node, method, '/bans', { token: TOKEN, body });

  async function isLetIn(who: ConnectOptions, node = there): Promise<boolean> {
    const client = await connect(who, node.url).catch(() => undefined);
    if (client) await leave(client);
    return client !== undefined;
  }
});

describe('the files that ship', () => {
  it('let Prometheus ask the nodes by the names that it has for them', () => {
    const { text: prometheus } = new Shipped('infra/prometheus/prometheus.yml');
    const { text: compose } = new Shipped('docker-compose.yml');
    const asked = [...prometheus.matchAll(/(\w+):9464/g)].map(([, name]) => name);
    const allowed = /PARLEY_OPS_HOSTS: (\S+)/.exec(compose)?.[1]?.split(',');
    expect(asked).toEqual(['node1', 'node2']);
    expect(allowed).toEqual(asked);
  });
});

/** A session as a list has it. */
type Described = Readonly<Record<'session' | 'peer' | 'user' | 'address', string>>;

/** Every page of a node's sessions. */
async function pagesOf(node: NodeProcess, limit: number): Promise<Described[][]> {
  const pages: Described[][] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const { body } = await ask(node, 'GET', `/sessions?limit=${limit}${next}`);
    pages.push(body['sessions'] as Described[]);
    next = 'next' in body ? `&after=${body['next'] as string}` : undefined;
  }
  return pages;
}

/** Of an address the node knows before there is a socket; of the rest, only the token tells. */
async function expectBanned(attempt: Promise<RawClient>, kind: string): Promise<void> {
  const outcome = await attempt.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(Refused);
  const { status, closed } = outcome as Refused;
  const told = { code: CLOSES.banned.code, reason: 'banned' };
  expect({ status, closed }).toEqual(
    kind === 'address' ? { status: 403, closed: undefined } : { status: undefined, closed: told },
  );
}

/** Whoever leaves in an orderly way is gone at once, and in nobody's way. */
const leave = (client: RawClient) => client.close();

async function within(ms: number, event: Promise<unknown>): Promise<void> {
  let isOver = false;
  void event.then(() => (isOver = true));
  await until('it to happen', () => isOver, ms);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
