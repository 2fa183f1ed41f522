import { type PeerId, writeResumeToken } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { hashOf } from './resume-secret.ts';
import { back, joined, leftoversOf, start, welcomeOf } from './testing/coming-back.ts';

const SECRET = '0123456789abcdef'.repeat(2);

/** What the directory was asked when this token came with this proof. */
async function claimFor(token: string, proof: string | undefined) {
  const { world, cluster, a } = await start();
  const { peers } = world.directory;
  const claims: Parameters<typeof peers.claim>[0][] = [];
  const claim = peers.claim.bind(peers);
  peers.claim = (each) => (claims.push(each), claim(each));
  const socket = await back(cluster, a, token, proof);
  return { claims, welcome: welcomeOf(socket) };
}

describe('who shows proof of an earlier session at the door', () => {
  it('claims that peer when its credential names none, by the hash of the secret alone', async () => {
    const { claims } = await claimFor('guest', writeResumeToken('bob' as PeerId, SECRET));
    expect(claims[0]).toMatchObject({
      key: 'main/bob',
      isFixed: false,
      comeback: { as: 'resume', presented: hashOf(SECRET) },
    });
    expect(JSON.stringify(claims)).not.toContain(SECRET);
  });

  it('claims the peer of its credential with proof of that one', async () => {
    const { claims } = await claimFor('bob', writeResumeToken('bob' as PeerId, SECRET));
    expect(claims[0]).toMatchObject({ key: 'main/bob', isFixed: true, comeback: { as: 'resume' } });
  });

  it('has proved nothing when it is of another peer than its credential names', async () => {
    const { claims, welcome } = await claimFor('bob', writeResumeToken('eve' as PeerId, SECRET));
    expect(claims).toHaveLength(1);
    expect(claims[0]).toMatchObject({ key: 'main/bob' });
    expect(claims[0]).not.toHaveProperty('comeback');
    expect(welcome).toMatchObject({ peer: 'bob', resumed: false });
  });

  it.each([undefined, 'broken', `Ym9i.${SECRET}x`])('is somebody new when it is none: %s', async (proof) => {
    const { claims, welcome } = await claimFor('guest', proof);
    expect(claims).toHaveLength(1);
    expect(claims[0]).not.toHaveProperty('comeback');
    expect(welcome.peer).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is asked about once, and then comes in as somebody new, when the directory does not know it', async () => {
    const { claims, welcome } = await claimFor('guest', writeResumeToken('bob' as PeerId, SECRET));
    expect(claims.map(({ key }) => key)).toEqual(['main/bob', `main/${welcome.peer}`]);
    expect(claims[1]).not.toHaveProperty('comeback');
  });

  it('and ends before it is answered ends nothing of whom it named', async () => {
    const { cluster, clock, a, b } = await start();
    const bob = await joined(cluster, a, 'guest');
    const { peer, resume } = welcomeOf(bob);
    for (const end of [1000, 1006]) {
      b.gate.next('claim', 'held');
      const stranger = await b.open('guest', `resume=${writeResumeToken(peer, SECRET)}`);
      await clock.flush();
      stranger.drop(end);
      b.gate.open();
      await clock.advance(5_000);
    }
    expect(leftoversOf(b)).toEqual([]);
    expect(bob.closedWith).toBeUndefined();
    bob.drop();
    expect(welcomeOf(await back(cluster, b, 'guest', resume))).toMatchObject({ resumed: true, rooms: [{}] });
  });
});
