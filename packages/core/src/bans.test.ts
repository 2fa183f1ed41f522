import { describe, expect, it } from 'vitest';
import type { Realm } from '@parley/protocol';
import { Cluster } from './testing/cluster.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { requestOf } from './testing/samples.ts';
import { digestOf } from './visitor.ts';

const ADDRESS = { kind: 'address', subject: '192.0.2.1' } as const;
const HOUR_MS = 3_600_000;

describe('a ban', () => {
  it.each([
    ['its address', ADDRESS],
    ['its peer', { kind: 'peer', subject: 'main/mallory' } as const],
    ['its token', { kind: 'token', subject: digestOf('mallory') } as const],
  ])('that names %s ends a session, on any node, within a beat', async (_what, ref) => {
    const { a, b, advance } = await two();
    const there = await b.connect('mallory');
    expect(await a.node.operations.ban(ref, HOUR_MS)).toBe('banned');
    await advance(2_100);
    expect(there.closedWith).toBe(4202);
  });

  it('lets nobody else suffer', async () => {
    const { a, b, advance } = await two();
    const alice = await b.connect('alice');
    await a.node.operations.ban({ kind: 'peer', subject: 'main/mallory' }, HOUR_MS);
    await advance(2_100);
    expect(alice.closedWith).toBeUndefined();
  });

  it('of an address refuses before any socket exists, until it ends', async () => {
    const { a, advance } = await two();
    await a.node.operations.ban(ADDRESS, 60_000);
    expect(await upgrade(a)).toMatchObject({ ok: false, answer: { status: 403 } });
    await advance(60_000);
    expect(await upgrade(a)).toMatchObject({ ok: true });
  });

  it('of an IPv6 address is one of its /64', async () => {
    const { a } = await two();
    await a.node.operations.ban({ kind: 'address', subject: '2001:db8:1:2::7' }, 60_000);
    const neighbour = await a.node.upgrade(requestOf({}, { address: '2001:db8:1:2:ffff::1' }));
    expect(neighbour).toMatchObject({ ok: false, answer: { status: 403 } });
    expect(a.node.operations.bans()).toMatchObject([{ subject: '2001:db8:1:2::' }]);
  });

  it('of a peer gives it a socket, and a close that says why', async () => {
    const { a } = await two();
    await a.node.operations.ban({ kind: 'peer', subject: 'main/mallory' }, 60_000);
    expect((await a.open('mallory')).closedWith).toBe(4202);
    expect((await a.open('alice')).closedWith).toBeUndefined();
  });

  it('that comes between the verdict and the socket is not missed', async () => {
    const { a } = await two();
    const admission = await a.node.upgrade(requestOf({ authorization: 'Bearer mallory' }));
    await a.node.operations.ban({ kind: 'peer', subject: 'main/mallory' }, 60_000);
    const socket = new FakeSocket();
    if (admission.ok) admission.open(socket);
    expect(socket.closedWith).toBe(4202);
  });

  it('is lifted on every node', async () => {
    const { a, b, advance } = await two();
    await a.node.operations.ban(ADDRESS, HOUR_MS);
    await advance(2_100);
    expect(await upgrade(b)).toMatchObject({ ok: false });
    expect(await b.node.operations.unban(ADDRESS)).toBe('unbanned');
    await advance(2_100);
    expect(await upgrade(a)).toMatchObject({ ok: true });
  });

  it('is heard a beat later where the list could not be read', async () => {
    const { a, b, advance } = await two();
    b.gate.next('list', 'lost');
    await a.node.operations.ban(ADDRESS, HOUR_MS);
    await advance(2_100);
    expect(await upgrade(b)).toMatchObject({ ok: true });
    await advance(2_100);
    expect(await upgrade(b)).toMatchObject({ ok: false });
  });

  it('is not lost to a list that was on its way when it came', async () => {
    const { a, b, advance } = await two();
    a.gate.next('list', 'slow');
    await b.node.operations.ban({ kind: 'peer', subject: 'main/somebody' }, HOUR_MS);
    await advance(2_100);
    await a.node.operations.ban(ADDRESS, HOUR_MS);
    a.gate.open();
    await advance(10);
    expect(await upgrade(a)).toMatchObject({ ok: false });
  });

  it('that came with the token of a refresh ends the session', async () => {
    const { a, advance } = await two();
    const alice = await a.connect('alice');
    await a.node.operations.ban({ kind: 'token', subject: digestOf('alice~second-token-of-hers') }, HOUR_MS);
    alice.say({ type: 'refresh', token: 'alice~second-token-of-hers', id: 1 });
    await advance(10);
    expect(alice.closedWith).toBe(4202);
  });
});

describe('an operator', () => {
  it('closes a session wherever it is, by its id or by what logs call it', async () => {
    const { a, b, advance } = await two();
    const [here, there] = [await a.connect('alice'), await b.connect('bob')];
    const idOf = (node: typeof a) => node.node.operations.sessions({ limit: 1 }).sessions[0]?.session ?? '';
    expect(a.node.operations.close(`~${idOf(b)}`)).toEqual({ outcome: 'told', nodes: 1 });
    await advance(10);
    expect([here.closedWith, there.closedWith]).toEqual([undefined, 4201]);
    expect(a.node.operations.close(idOf(a))).toEqual({ outcome: 'closed' });
    expect(here.closedWith).toBe(4201);
  });

  it('sees who is here, page by page, and what they sent', async () => {
    const { a, advance } = await two();
    for (const name of ['alice', 'bob', 'carol']) {
      const socket = await a.connect(name);
      socket.say({ type: 'ping' });
      await advance(5);
    }
    const first = a.node.operations.sessions({ limit: 2 });
    const second = a.node.operations.sessions({ limit: 2, after: first.next });
    expect([...first.sessions, ...second.sessions].map(({ peer }) => peer)).toEqual([
      'alice',
      'bob',
      'carol',
    ]);
    expect(second.next).toBeUndefined();
    expect(first.sessions[0]).toMatchObject({
      realm: 'main' as Realm,
      address: '192.0.2.1',
      token: digestOf('alice'),
      ageMs: 15,
      idleMs: 15,
      framesReceived: 1,
      bytesReceived: 15,
      framesSent: 2,
    });
  });
});

async function two() {
  const cluster = new Cluster();
  const [a, b] = [await cluster.node('a'), await cluster.node('b')];
  await cluster.world.clock.advance(2_000);
  return { a, b, advance: (ms: number) => cluster.world.clock.advance(ms) };
}

const upgrade = ({ node }: { node: { upgrade(request: ReturnType<typeof requestOf>): Promise<unknown> } }) =>
  node.upgrade(requestOf({ authorization: 'Bearer alice' }));
