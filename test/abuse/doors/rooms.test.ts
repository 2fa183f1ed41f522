import type { Outgoing } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import type { RawClient } from '../../support/client.ts';
import { freshName } from '../support/names.ts';
import type { WatchedNode } from '../support/watched-node.ts';
import { jwtOf } from './nodes.ts';
import { heard } from './play.ts';
import { stage } from './stage.ts';

const nodeNamed = stage();

const someone = (node: WatchedNode, realm = 'main') =>
  node.enter({ credential: jwtOf({ sub: freshName('user'), realm }) });

async function member(node: WatchedNode, room: string, realm?: string): Promise<RawClient> {
  const client = await someone(node, realm);
  await client.request({ type: 'join', room }, 'joined');
  return client;
}

/** An answer without what only the asker made different. */
const plainly = ({
  re: _re,
  room: _room,
  to: _to,
  ...answer
}: Outgoing & { re?: unknown; room?: unknown; to?: unknown }) => answer;

describe('a signal', () => {
  it('reaches a member, from a member, with the name that the node knows', async () => {
    const node = await nodeNamed('usual');
    const room = freshName();
    const [ada, bob] = [await member(node, room), await member(node, room)];
    const signal = { type: 'signal', room, to: bob.welcome.peer, custom: 'said by ada' };
    expect(heard(await ada.request({ ...signal, from: bob.welcome.peer }))).toBe('error bad-message');
    expect(heard(await ada.request({ ...signal, fromInstance: 'another' }))).toBe('error bad-message');
    expect(heard(await ada.request(signal))).toBe('delivered');
    expect(await bob.next('signal')).toEqual({
      type: 'signal',
      room,
      from: ada.welcome.peer,
      fromInstance: ada.welcome.instance,
      custom: 'said by ada',
    });
  });

  it('to whom one may not reach gets the very answer of one to somebody who is not', async () => {
    const node = await nodeNamed('usual');
    const [room, other] = [freshName(), freshName()];
    const ada = await member(node, room);
    const bob = await member(node, room);
    const strangers = {
      'nobody at all': freshName('peer'),
      'somebody in no room': (await someone(node)).welcome.peer,
      'somebody in another room': (await member(node, other)).welcome.peer,
      'somebody in a room of this name in another realm': (await member(node, room, 'elsewhere')).welcome
        .peer,
      'somebody who has left': await leaver(node, room),
      herself: ada.welcome.peer,
    };
    const signal = (to: string) => ada.request({ type: 'signal', room, to, custom: 'a thing to say' });
    const [nobody, ...others] = await Promise.all(Object.values(strangers).map(signal));
    expect(nobody).toMatchObject({ type: 'error', code: 'peer-unreachable' });
    for (const answer of others) expect(plainly(answer)).toEqual(plainly(nobody!));
    const another = {
      type: 'signal',
      room,
      to: bob.welcome.peer,
      toInstance: freshName('instance'),
      custom: 1,
    };
    expect(plainly(await ada.request(another))).toEqual(plainly(nobody!));
    expect((await signal(bob.welcome.peer)).type).toBe('delivered');
    await bob.next('signal');
    expect(bob.received.filter(({ type }) => type === 'signal')).toHaveLength(1);
  });

  it('from somebody who is no member gets the same answer whether or not there is such a room', async () => {
    const node = await nodeNamed('usual');
    const room = freshName();
    const bob = await member(node, room);
    const eve = await someone(node);
    const signal = (to: string, where: string) =>
      eve.request({ type: 'signal', room: where, to, custom: 'a thing to say' });
    const there = await signal(bob.welcome.peer, room);
    expect(there).toMatchObject({ type: 'error', code: 'not-in-room' });
    expect(plainly(await signal(bob.welcome.peer, freshName()))).toEqual(plainly(there));
    expect(plainly(await signal(freshName('peer'), room))).toEqual(plainly(there));
    for (const type of ['leave', 'update']) {
      const known = await eve.request({ type, room, ...(type === 'update' && { meta: 1 }) });
      const unknown = await eve.request({ type, room: freshName(), ...(type === 'update' && { meta: 1 }) });
      expect(plainly(known)).toEqual(plainly(unknown));
      expect(heard(known)).toBe('error not-in-room');
    }
    expect(bob.received.filter(({ type }) => type !== 'welcome' && type !== 'joined')).toEqual([]);
  });
});

describe('a room', () => {
  it('of another realm is none', async () => {
    const node = await nodeNamed('usual');
    const { room } = await (await someone(node, 'elsewhere')).request({ type: 'join' }, 'joined');
    const named = freshName();
    await member(node, named, 'elsewhere');
    const eve = await someone(node);
    const answers = await Promise.all([
      eve.request({ type: 'join', room }),
      eve.request({ type: 'join', room: 'ABCD-EFGH' }),
      eve.request({ type: 'join', room: named, create: false }),
      eve.request({ type: 'join', room: freshName(), create: false }),
    ]);
    expect(answers[0]).toMatchObject({ type: 'error', code: 'room-not-found' });
    for (const answer of answers) expect(plainly(answer)).toEqual(plainly(answers[0]));
    const friend = await someone(node, 'elsewhere');
    expect(heard(await friend.request({ type: 'join', room }))).toBe('joined');
  });
});

/** Somebody who was a member a moment ago. */
async function leaver(node: WatchedNode, room: string): Promise<string> {
  const client = await member(node, room);
  await client.request({ type: 'leave', room }, 'left');
  return client.welcome.peer;
}
