import { describe, expect, it } from 'vitest';
import { Puppet } from './testing/puppet.ts';
import { type Place, roomOf, seated, start, wish } from './testing/rooms.ts';

describe('a member whose connection is gone', () => {
  it('while a join of its stands in line takes no seat any more: nobody would tell it of one', async () => {
    const { world, join, settle, joinBehind, alice, bob } = await queued();
    await join(alice);
    const joining = await joinBehind(new Puppet('dave'), bob);
    bob.member.ended = true;
    bob.ground.gate.open();
    expect(await settle(joining())).toBe('superseded');
    expect(await seated(world)).toEqual(['alice', 'dave']);
    expect([...bob.member.rooms]).toEqual([]);
  });

  it('while it joins once more where it sits has its seat wait, not taken anew and so given back', async () => {
    const { world, join, drop, settle, joinBehind, alice, bob } = await queued();
    for (const each of [alice, bob]) await join(each);
    const joining = await joinBehind(new Puppet('dave'), bob);
    void drop(bob);
    bob.ground.gate.open();
    expect(await settle(joining())).toBe('superseded');
    await world.clock.advance(1_000);
    expect((await roomOf(world)).seats).toMatchObject([
      { peer: 'alice' },
      { peer: 'bob', awayUntilMs: expect.any(Number) },
      { peer: 'dave' },
    ]);
    expect(alice.member.story.filter((each) => each.endsWith(' bob'))).toEqual([
      'peer-joined bob',
      'peer-away bob',
    ]);
  });
});

/** Three nodes, and a way to have a member's join stand in line behind that of another one, which is held at the gate. */
async function queued() {
  const bench = await start();
  async function joinBehind(first: Puppet, { rooms, ground, member }: Place) {
    ground.gate.next('join', 'held');
    void rooms.join(first, wish({}, first));
    await bench.world.clock.flush();
    const joining = rooms.join(member, wish({}, member));
    await bench.world.clock.flush();
    return () => joining;
  }
  return { ...bench, joinBehind };
}
