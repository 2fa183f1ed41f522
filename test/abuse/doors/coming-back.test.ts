import { writeResumeToken } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import type { RawClient } from '../../support/client.ts';
import { freshName } from '../support/names.ts';
import type { WatchedNode } from '../support/watched-node.ts';
import { jwtOf } from './nodes.ts';
import { answerTo } from './play.ts';
import { stage } from './stage.ts';

const nodeNamed = stage();

/** Somebody in a room, and the peer of hers who sees what becomes of her. */
async function victim(node: WatchedNode) {
  const [room, user] = [freshName(), freshName('user')];
  const witness = await node.enter({ credential: jwtOf() });
  const ada = await node.enter({ credential: jwtOf({ sub: user }) });
  for (const client of [witness, ada]) await client.request({ type: 'join', room }, 'joined');
  await witness.next('peer-joined');
  return { ada, user, room, witness };
}

const comeBack = (node: WatchedNode, resume: string, claims = {}, as = 'resume') =>
  node.enter({ credential: jwtOf(claims), subprotocols: ['parley.v1', `parley.${as}.${resume}`] });

const resumeOf = ({ welcome }: RawClient) => String(welcome.resume);

describe('who comes back', () => {
  it('has everything again with the secret and the user it had', async () => {
    const node = await nodeNamed('usual');
    const { ada, user, room, witness } = await victim(node);
    ada.terminate();
    await witness.next('peer-away');
    const { welcome } = await comeBack(node, resumeOf(ada), { sub: user });
    expect(welcome).toMatchObject({ resumed: true, peer: ada.welcome.peer, rooms: [{ room }] });
    await witness.next('peer-back');
  });

  it.each([
    ['another secret', (peer: string) => writeResumeToken(peer as never, '0'.repeat(32)), {}],
    ['the secret of somebody else', (peer: string, other: string) => resumeFor(peer, other), {}],
    [
      'the secret, and the token of another user',
      (_: string, __: string, own: string) => own,
      { sub: 'eve' },
    ],
    ['the secret, in another realm', (_: string, __: string, own: string) => own, { realm: 'elsewhere' }],
    [
      'the secret, and a token for another peer',
      (_: string, __: string, own: string) => own,
      { peer: 'eve' },
    ],
    ['what is no proof at all', () => 'AAAA.not-a-secret', {}],
  ])('with %s is somebody else, and whoever it was stays as she was', async (_, proofOf, claims) => {
    const node = await nodeNamed('usual');
    const { ada, user, room, witness } = await victim(node);
    const other = await node.enter({ credential: jwtOf() });
    const proof = proofOf(ada.welcome.peer, resumeOf(other), resumeOf(ada));
    for (const as of ['resume', 'restart']) {
      const eve = await comeBack(node, proof, { sub: user, ...claims }, as);
      expect(eve.welcome.resumed).toBe(false);
      expect(eve.welcome.peer).not.toBe(ada.welcome.peer);
      // Her end is her own, however she goes.
      eve.send({ type: 'bye' });
      await eve.closed;
    }
    expect(await answerTo(ada, { type: 'ping' })).toBe('pong');
    const signal = { type: 'signal', room, to: ada.welcome.peer, custom: 'still there' };
    expect(await answerTo(witness, signal)).toBe('delivered');
    expect(witness.received.filter(({ type }) => /^peer-(left|away)$/.test(type))).toEqual([]);
  });

  it('finds nothing after a goodbye, and nothing with a secret that was given up', async () => {
    const node = await nodeNamed('usual');
    const { ada, user, witness } = await victim(node);
    const first = resumeOf(ada);
    const second = await comeBack(node, first, { sub: user });
    expect(await answerTo(second, { type: 'ping' })).toBe('pong');
    // She was heard: the first secret is worth nothing any more.
    expect((await comeBack(node, first, { sub: user })).welcome.resumed).toBe(false);
    expect(await answerTo(second, { type: 'ping' })).toBe('pong');
    second.send({ type: 'bye' });
    await witness.next('peer-left');
    expect((await comeBack(node, resumeOf(second), { sub: user })).welcome.resumed).toBe(false);
  });
});

/** Says to be one peer with the secret of another. */
const resumeFor = (peer: string, resume: string) =>
  writeResumeToken(peer as never, resume.slice(resume.indexOf('.') + 1));
