import { mint } from '@parley/auth';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { startCluster, startServerHere, type Cluster, type ClusterNode } from '../support/cluster.ts';
import { askOperations } from '../support/operations.ts';
import { jwtSettings, tokenFor } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { openingLines, type Opened } from './support/lines.ts';
import { Tunnel } from './support/tunnel.ts';

const room = 'lobby' as never;
const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
// What is said last is done first: clients go before what they are connected to.
const openLine = openingLines();
const rawClient = connecting(() => '');

describe('a line whose socket is gone', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(2);
  });
  afterAll(() => cluster.stop());

  it('comes back as who it was, with its rooms', async () => {
    const tunnel = await tunnelTo(cluster.nodes[0]!);
    const { line, ear } = await openLine(tunnel.url);
    await line.request({ type: 'join', room });
    const before = line.welcome;

    tunnel.drop();
    await until('it to be back', () => ear.welcomes.length === 2);
    expect(line.welcome).toMatchObject({
      resumed: true,
      peer: before?.peer,
      instance: before?.instance,
      rooms: [{ room }],
    });
    expect(ear.changes).toEqual([
      { state: 'open', willReturn: true },
      { state: 'away', reason: 'unreachable', willReturn: true, retryInMs: expect.any(Number) as number },
      { state: 'open', willReturn: true },
    ]);
  });

  it('comes back through another node when its own is gone', async () => {
    const tunnel = await tunnelTo(cluster.nodes[0]!);
    const { line, ear } = await openLine(tunnel.url);
    const before = line.welcome;
    tunnel.port = cluster.nodes[1]!.port;
    tunnel.drop();
    await until('it to be back', () => ear.welcomes.length === 2);
    expect(line.welcome).toMatchObject({ resumed: true, peer: before?.peer });
  });

  it('keeps trying while nobody answers, and not all the time', async () => {
    const tunnel = await tunnelTo(cluster.nodes[0]!);
    const { line, ear } = await openLine(tunnel.url);
    const asked = tunnel.asked;
    tunnel.sever();
    await until('a third failure', () => ear.states.filter((state) => state === 'away').length >= 4);
    // A socket, and the question why there was none.
    expect(tunnel.asked - asked).toBeLessThanOrEqual(8);
    tunnel.mend();
    await until('it to be back', () => line.state === 'open');
    expect(line.welcome?.resumed).toBe(true);
  });

  it('says again what had no answer, in the order in which it was asked', async () => {
    const tunnel = await tunnelTo(cluster.nodes[0]!);
    const { line } = await openLine(tunnel.url);
    tunnel.freeze();
    const joining = line.request({ type: 'join', room });
    const leaving = line.request({ type: 'leave', room });
    const joiningAgain = line.request({ type: 'join', room });
    tunnel.drop();
    const during = line.request({ type: 'update', room, meta: 'late' });
    expect((await Promise.all([joining, leaving, joiningAgain, during])).map(({ type }) => type)).toEqual([
      'joined',
      'left',
      'joined',
      'updated',
    ]);
  });

  it('asks for what the rooms want by a welcome before what was asked earlier', async () => {
    const tunnel = await tunnelTo(cluster.nodes[0]!);
    const { line, ear } = await openLine(tunnel.url);
    ear.onWelcome = () => void line.request({ type: 'join', room }).catch(() => {});
    tunnel.sever();
    await until('it to be away', () => line.state === 'away');
    const updating = line.request({ type: 'update', room, meta: 1 });
    tunnel.mend();
    // Who is not in the room cannot do that.
    expect(await updating).toMatchObject({ type: 'updated' });
  });

  it('is not what the others hear of when its node drains: the new socket is there before the old one goes', async () => {
    const [going, staying] = await drainingPair();
    const witness = await rawClient({}, staying.url);
    await witness.request({ type: 'join', room }, 'joined');
    const tunnel = await tunnelTo(going);
    const { line, ear } = await openLine(tunnel.url);
    await line.request({ type: 'join', room });
    await witness.next('peer-joined');
    const unwise = await rawClient({}, going.url);
    await unwise.request({ type: 'join', room }, 'joined');
    await witness.next((message) => message.type === 'peer-joined' && message.peer === unwise.welcome.peer);

    tunnel.port = staying.port;
    void going.drain();
    await until('it to have moved', () => ear.welcomes.length === 2);
    await until('the old socket to be gone', () => tunnel.size === 1);
    // Who does not move is away, so the witness would have heard.
    await witness.next(
      (message) => message.type === 'peer-away' && message.peer === unwise.welcome.peer,
      15_000,
    );
    expect(line.welcome).toMatchObject({ resumed: true, rooms: [{ room }] });
    expect(ear.states).not.toContain('away');
    expect(newsOf(witness, line)).toEqual(['peer-joined']);
    expect(await line.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });
});

describe('a line that came back too late', () => {
  it('is somebody else, and says so', async () => {
    const node = await startHere({ PARLEY_RESUME_WINDOW_MS: '1000' });
    const witness = await rawClient({}, node.url);
    await witness.request({ type: 'join', room }, 'joined');
    const tunnel = await tunnelTo(node);
    const { line, ear } = await openLine(tunnel.url);
    const before = line.welcome;
    await line.request({ type: 'join', room });
    tunnel.sever();
    await witness.next('peer-left');
    tunnel.mend();
    await until('it to be back', () => ear.welcomes.length === 2);
    expect(line.welcome?.resumed).toBe(false);
    expect(line.welcome?.rooms).toBeUndefined();
    expect(line.welcome?.peer).not.toBe(before?.peer);
  });
});

describe('a token', () => {
  it('is renewed before it expires, and nobody notices', async () => {
    const node = await startHere(jwtSettings);
    const needs: string[] = [];
    const getToken = (need: string) => {
      needs.push(need);
      return shortLived(needs.length === 1 ? 3_000 : 600_000);
    };
    const { line, ear } = await openLine(node.url, { getToken });
    const { expiresInMs = 0 } = line.welcome ?? {};
    expect(expiresInMs).toBeLessThanOrEqual(3_000);
    const openedMs = performance.now();
    await until('its time to have passed', () => performance.now() - openedMs > expiresInMs + 1_000);
    expect(needs).toEqual(['connect', 'renewal']);
    expect(ear.states).toEqual(['open']);
    expect(await line.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });

  it('that cannot be renewed ends the line when it expires', async () => {
    const node = await startHere(jwtSettings);
    const { line, ear } = await openLine(node.url, { token: shortLived(2_000) });
    await until('the end', () => line.state === 'closed');
    expect(ear.changes.at(-1)).toEqual({ state: 'closed', reason: 'token-expired', willReturn: false });
    await expect(line.request({ type: 'join' })).rejects.toMatchObject({ code: 'token-expired' });
  });

  it('that is not renewed in time is asked for when it has expired, and the line comes back', async () => {
    const node = await startHere(jwtSettings);
    const needs: string[] = [];
    const getToken = (need: string) => {
      needs.push(need);
      if (need === 'renewal') throw new Error('not now');
      return shortLived(need === 'connect' ? 2_000 : 600_000);
    };
    const { line, ear } = await openLine(node.url, { getToken });
    const { peer } = line.welcome ?? {};
    await until('it to be back', () => ear.welcomes.length === 2);
    expect(ear.changes.map(({ state, reason }) => reason ?? state)).toEqual([
      'open',
      'token-expired',
      'open',
    ]);
    expect(line.welcome).toMatchObject({ resumed: true, peer });
    expect(needs.filter((need) => need !== 'renewal')).toEqual(['connect', 'refused']);
    expect(ear.errors[0]?.message).toContain('not now');
  });

  it('of somebody else is no renewal, and said to be none', async () => {
    const node = await startHere(jwtSettings);
    const getToken = (need: string) => (need === 'connect' ? shortLived(2_000) : tokenFor('eve'));
    const { ear } = await openLine(node.url, { getToken });
    await until('it to be told', () => ear.errors.length > 0);
    expect(ear.errors[0]).toMatchObject({ code: 'not-allowed' });
  });
});

describe('a line that nobody needs', () => {
  it('is closed as idle, and opens again when something is asked for', async () => {
    const node = await startHere({ PARLEY_IDLE_TIMEOUT_MS: '600', PARLEY_HEARTBEAT_INTERVAL_MS: '500' });
    const tunnel = await tunnelTo(node);
    const { line, ear } = await openLine(tunnel.url);
    await until('it to be idle', () => line.state === 'away');
    expect(ear.changes.at(-1)).toEqual({ state: 'away', reason: 'idle', willReturn: true });
    await until('the socket to be gone', () => tunnel.size === 0);
    const asked = tunnel.asked;
    expect(await line.request({ type: 'join', room })).toMatchObject({ type: 'joined' });
    expect(line.state).toBe('open');
    expect(tunnel.asked).toBe(asked + 1);
  });

  it('is not brought back by anything else', async () => {
    const node = await startHere({ PARLEY_IDLE_TIMEOUT_MS: '600', PARLEY_HEARTBEAT_INTERVAL_MS: '500' });
    const tunnel = await tunnelTo(node);
    const { line } = await openLine(tunnel.url);
    await until('it to be idle', () => line.state === 'away');
    // Another is idle, too, meanwhile: time enough to come back.
    const { line: other } = await openLine(node.url);
    await until('it to be idle', () => other.state === 'away');
    expect(line.state).toBe('away');
    expect(tunnel.asked).toBe(1);
  });
});

describe('a line that is not wanted', () => {
  it('is closed by whoever takes its place', async () => {
    const node = await startHere(jwtSettings);
    const token = tokenFor('ada', { peer: 'ada-1' });
    const { line: first, ear } = await openLine(node.url, { token });
    const { line: second } = await openLine(node.url, { token });
    await until('the end', () => first.state === 'closed');
    expect(ear.changes.at(-1)).toEqual({ state: 'closed', reason: 'replaced', willReturn: false });
    expect(second.state).toBe('open');
  });

  it('is closed by an operator', async () => {
    const operator = 'an-operator-of-this-node';
    const node = await startHere({ PARLEY_OPS_TOKEN: operator });
    const { line, ear } = await openLine(node.url);
    const session = String(line.welcome?.session);
    const answer = await askOperations(node, 'POST', '/sessions/close', {
      token: operator,
      body: { session },
    });
    expect(answer.status).toBeLessThan(300);
    await until('the end', () => line.state === 'closed');
    expect(ear.changes.at(-1)).toEqual({ state: 'closed', reason: 'kicked', willReturn: false });
  });
});

async function tunnelTo(node: { readonly port: number }): Promise<Tunnel> {
  const tunnel = await Tunnel.to(node);
  toStop.push(() => tunnel.stop());
  return tunnel;
}

async function startHere(env: NodeJS.ProcessEnv): Promise<ClusterNode> {
  const node = await startServerHere(env);
  toStop.push(() => node.stop());
  return node;
}

/** Two nodes of a cluster, of which one is about to go. */
async function drainingPair(): Promise<[ClusterNode, ClusterNode]> {
  const pair = await startCluster(2, { PARLEY_DRAIN_MS: '6000', PARLEY_DRAIN_WAIT_MS: '500' });
  toStop.push(() => pair.stop());
  return [pair.nodes[0]!, pair.nodes[1]!];
}

/** What the others were told about this one. */
function newsOf(witness: RawClient, { welcome }: Opened['line']): string[] {
  return witness.received
    .filter((message) => 'peer' in message && message.peer === welcome?.peer)
    .map(({ type }) => type)
    .filter((type) => type !== 'welcome');
}

/** The 30 s that clocks may differ are taken off. */
function shortLived(lifeMs: number): string {
  const everything = { rooms: ['*'], queues: ['*'], codes: true };
  const exact = { lifeMs: lifeMs, nowMs: Date.now() - 30_000 };
  return mint(
    { sub: 'ada', ...everything },
    { algorithm: 'HS256', key: jwtSettings.PARLEY_JWT_SECRET, ...exact },
  );
}
