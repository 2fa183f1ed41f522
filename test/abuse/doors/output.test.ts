import { describe, expect, it } from 'vitest';

import { unlimited } from '../../support/unlimited.ts';
import { freshAddress, freshName } from '../support/names.ts';
import { Secrets } from '../support/secrets.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { jwtOf, NODES, OPS_TOKEN } from './nodes.ts';
import { operate } from './play.ts';

const CANDIDATE = 'candidate:1 1 udp 2122260223 203.0.113.7 54321 typ host generation 0 ufrag 4ZcD';
const SDP = `v=0\r\no=- 4611 2 IN IP4 203.0.113.8\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AB:CD\r\na=${CANDIDATE}\r\n`;

/** A TURN server that nobody asks; its name is no address. */
const TURN = {
  PARLEY_TURN_URLS: 'turn:turn.example.org',
  PARLEY_TURN_SECRET: 'a-TURN-secret-that-no-log-may-ever-hold',
};

/** Everything that anybody may say, and some of what nobody may. */
async function sayEverything(node: WatchedNode): Promise<void> {
  const room = freshName();
  const address = freshAddress();
  const credential = jwtOf({ sub: freshName('user'), meta: { name: freshName('meta') } });
  const one = await node.enter({ credential, from: address, query: { resume: freshName('resume') } });
  const other = await node.enter({
    asServer: true,
    subprotocols: ['parley.v1', `parley.resume.${freshName('resume')}`],
  });
  for (const client of [one, other])
    await client.request({ type: 'join', room, meta: { name: freshName('meta') } }, 'joined');
  await other.request({ type: 'join' }, 'joined');
  const signal = { type: 'signal', room, to: other.welcome.peer };
  for (const payload of [
    { description: { type: 'offer', sdp: SDP } },
    { candidate: { candidate: CANDIDATE, sdpMid: '0', usernameFragment: '4ZcD1234' } },
    { custom: { secret: freshName('custom') } },
  ])
    await one.request({ ...signal, ...payload }, 'delivered');

  // Wrong in every way that is answered.
  for (const wrong of [
    { ...signal, room: freshName() },
    { ...signal, colour: freshName('nonsense') },
    { type: freshName('type') },
  ])
    expect((await one.request({ ...wrong, custom: freshName('custom') })).type).toBe('error');
  one.send(`{"type":"${freshName('nonsense')}`);
  await one.next('error');
  await one.request({ type: 'refresh', token: `${credential}x` }, 'error');
  await one.request({ type: 'refresh', token: credential }, 'refreshed');
  await one.request({ type: 'match', queue: freshName('queue') }, 'waiting');
  await one.request({ type: 'ice' }, 'ice-servers');

  // Refused at the door in every way.
  for (const approach of [
    { credential: freshName('a-public-token') },
    { credential: 'short' },
    { credential: jwtOf({}, { key: 'the secret of somebody else, long enough' }) },
    { origin: 'https://evil.example' },
    { headers: { cookie: `token=${freshName('cookie')}`, 'user-agent': freshName('agent') } },
    { credential: false, query: { token: freshName('a-public-token') } },
  ] as const)
    await node.knock(approach);
  await node.get(`/v1/${freshName('path')}?token=${jwtOf()}`);
  // What an operator does is told, and of whom is not.
  await operate(node, 'POST', '/bans', { kind: 'address', subject: address, forMs: 60_000 });
  await one.closed;
  await operate(node, 'POST', '/sessions/close', { session: other.welcome.session });
  await other.closed;
}

describe('the log of a node that tells all it can', () => {
  it('tells what happened, and neither who nor what was said', async () => {
    const node = await WatchedNode.start({ ...NODES.usual, ...TURN });
    await sayEverything(node);
    for (const event of ['upgrade-refused', 'session-opened', 'session-closed', 'operator-banned'])
      await node.process.logged(event);
    expect(node.leaks()).toEqual([]);
    expect(node.secrets.size).toBeGreaterThan(30);
    await node.stop();
  });

  it('would be found out if it did', async () => {
    const node = await WatchedNode.start({ ...NODES.usual, ...TURN });
    await sayEverything(node);
    node.leaks();
    // Every secret by itself, as a careless line would have it.
    const line = (text: string) => JSON.stringify({ level: 'debug', event: 'careless', text });
    const planted = [SDP, CANDIDATE, jwtOf(), freshAddress(), '2001:db8::7', '::ffff:203.0.113.9'];
    expect(planted.filter((text) => new Secrets().foundIn(line(text)).length === 0)).toEqual([]);
    for (const text of [NODES.usual.PARLEY_PUBLIC_TOKENS, OPS_TOKEN, TURN.PARLEY_TURN_SECRET])
      expect(node.secrets.foundIn(line(text))).toHaveLength(1);
    const spoken = node.secrets;
    const room = freshName();
    spoken.add('room', room);
    expect(spoken.foundIn(`${line('harmless')}\n${line(`joined ${room}`)}`)).toEqual([
      { kind: 'room', line: line(`joined ${room}`) },
    ]);
    await node.stop();
  });

  it('ends the test in which it tells something', async () => {
    const node = await WatchedNode.start(NODES.usual);
    const { port } = await node.process.logged('listening');
    node.secrets.add('room', `"port":${String(port)}`);
    await expect(node.stop()).rejects.toThrow('the log tells secrets');
  });

  it('tells addresses where that is asked for, and nothing else', async () => {
    const node = await WatchedNode.start(
      { ...NODES.usual, PARLEY_LOG_ADDRESSES: 'true' },
      { expected: ['address'] },
    );
    const from = freshAddress();
    await node.knock({ from, credential: 'short' });
    await sayEverything(node);
    expect(await node.process.logged('upgrade-refused')).toMatchObject({ address: from });
    expect(new Set(node.leaks().map(({ kind }) => kind))).toEqual(new Set(['address']));
    await node.stop();
  });

  it('calls somebody the same on every node that has the same key, and otherwise on none', async () => {
    const keyed = { ...NODES.usual, PARLEY_LOG_KEY: 'a key for the names in logs, of 32 bytes' };
    const nodes = await Promise.all(
      [keyed, keyed, NODES.usual, NODES.usual].map((env) => WatchedNode.start(env)),
    );
    const from = freshAddress();
    const names = await Promise.all(
      nodes.map(async (node) => {
        await node.knock({ from, credential: 'short' });
        return (await node.process.logged('upgrade-refused'))['address'];
      }),
    );
    expect(names[0]).toBe(names[1]);
    expect(new Set(names).size).toBe(3);
    await Promise.all(nodes.map((node) => node.stop()));
  });
});

describe('what a node tells otherwise', () => {
  it('is as little: no metric has a label that a stranger made up', async () => {
    const node = await WatchedNode.start({ ...NODES.usual, ...unlimited });
    const seriesOf = async () =>
      (await (await fetch(`${node.opsUrl}/metrics`)).text())
        .split('\n')
        .filter((line) => line.startsWith('parley_'))
        .map((line) => line.split(' ')[0]);
    const before = await seriesOf();
    await sayEverything(node);
    node.leaks();
    expect(await seriesOf()).toEqual(before);
    for (const path of ['/metrics', '/statusz', '/sessions', '/bans', '/livez', '/readyz'])
      expect(node.secrets.foundIn(await (await fetch(`${node.opsUrl}${path}`)).text())).toEqual([]);
    await node.stop();
  });
});
