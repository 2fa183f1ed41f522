import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { until } from '../../support/until.ts';
import { LIBRARIES, type Library } from '../support/abused-node.ts';
import { freshName } from '../support/names.ts';
import { handshake, Stranger } from '../support/stranger.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { NODES, PUBLIC_TOKEN } from './nodes.ts';

// It takes 12 s, with newer libraries 32 s: begun before everything else, and looked at last.
let holders: readonly Holders[] = [];
beforeAll(async () => {
  holders = await Promise.all(LIBRARIES.map(hold));
});
afterAll(() => Promise.all(holders.map(({ node }) => node.stop())));

describe.each(LIBRARIES)('over %s', (library) => {
  let node: WatchedNode;
  let impatient: WatchedNode;
  beforeAll(async () => {
    [node, impatient] = await Promise.all([
      WatchedNode.start({ PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN, PARLEY_SOCKET: library }),
      WatchedNode.start({ ...NODES.impatient, PARLEY_SOCKET: library }),
    ]);
  });
  afterAll(async () => {
    await node.stop();
    await impatient.stop();
  });
  afterEach(async () => {
    await node.leave();
    await impatient.leave();
  });

  it('who answers no ping is gone, its peers hear of it, and nothing of it is left', async () => {
    const room = freshName();
    const neighbour = await impatient.enter();
    await neighbour.request({ type: 'join', room }, 'joined');
    const before = await impatient.metric('parley_closes_total', { close: 'heartbeat-lost' });

    const deaf = await Stranger.enter(impatient.process.port, {
      headers: [`Authorization: Bearer ${PUBLIC_TOKEN}`],
    });
    deaf.say({ type: 'join', room });
    await deaf.until('joined', () => deaf.messages.some(({ type }) => type === 'joined'));
    expect(await neighbour.next('peer-away')).toMatchObject({ peer: deaf.peer });
    expect(await deaf.over()).toEqual({ close: 4005, reason: 'heartbeat-lost' });
    expect(await impatient.metric('parley_closes_total', { close: 'heartbeat-lost' })).toBe(before + 1);
    expect(await impatient.metric('parley_sessions')).toBe(1);
    expect((await neighbour.request({ type: 'ping' })).type).toBe('pong');
  });

  it('whose line is dead is gone as well, although no close frame ever reaches it', async () => {
    const lost = await impatient.enter();
    await lost.request({ type: 'join', room: freshName() }, 'joined');
    lost.socket.pause();
    await until('nobody to be there', async () => (await impatient.metric('parley_sessions')) === 0);
  });

  it('who does not read is closed and counted, and nobody else is harmed', async () => {
    const room = freshName();
    const [sender, reader, slow] = [await node.enter(), await node.enter(), await node.enter()];
    for (const client of [sender, reader, slow]) await client.request({ type: 'join', room }, 'joined');
    slow.socket.pause();

    const tell = (to: string, custom: string) => sender.request({ type: 'signal', room, to, custom });
    const large = 'read by nobody, so far '.repeat(2_500);
    // The kernel takes a few megabytes for it before the node has to.
    while ((await tell(slow.welcome.peer, large)).type === 'delivered')
      await tell(reader.welcome.peer, 'a small one');
    expect((await tell(reader.welcome.peer, 'a small one')).type).toBe('delivered');
    expect(await reader.next('peer-away')).toMatchObject({ peer: slow.welcome.peer });
    expect(await node.metric('parley_closes_total', { close: 'slow-consumer' })).toBe(1);
    expect(await node.metric('parley_frames_sent_total', { outcome: 'dropped' })).toBe(1);
    expect((await sender.request({ type: 'ping' })).type).toBe('pong');

    // It hears that it is over when it reads again; of the close itself only if there was still room for it.
    slow.socket.resume();
    expect((await slow.closed).code).toBeOneOf([4001, 1006]);
  });
});

/** Somebody who connects and asks nothing, and somebody whose request never ends. */
interface Holders {
  readonly node: WatchedNode;
  /** Settles when both have been sent away. */
  readonly gone: Promise<unknown>;
  readonly slow: Stranger;
}

it('who only holds a connection, or never finishes its request, is gone, and nobody is harmed', async () => {
  for (const { node, gone, slow } of holders) {
    await gone;
    expect(slow.messages).toEqual([]);
    expect(await node.knock()).toBe('welcome');
  }
});

async function hold(library: Library): Promise<Holders> {
  const node = await WatchedNode.start({ PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN, PARLEY_SOCKET: library });
  const [silent, slow] = [await Stranger.dial(node.process.port), await Stranger.dial(node.process.port)];
  slow.write(handshake({ headers: [`Authorization: Bearer ${PUBLIC_TOKEN}`] }).slice(0, -4));
  const gone = Promise.all([silent.over(40_000), slow.over(40_000)]);
  gone.catch(() => {}); // looked at by its test, later
  return { node, gone, slow };
}
