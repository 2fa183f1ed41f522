import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Puppet } from './testing/puppet.ts';
import { KEY, later, type Place, roomOf, STAGE, start, wish } from './testing/rooms.ts';
import type { Gate } from './testing/gate.ts';

const mishaps = fc.array(fc.constantFrom('held', 'slow', 'lost', 'unanswered'), { maxLength: 2 });

/**
 * How an old session of a member ends while a later one takes its place. It hands its seats over only when these have moved,
 * or are about to.
 */
const anyTakeOver = fc.record({
  isSameNode: fc.boolean(),
  isSameLife: fc.boolean(),
  oldEnds: fc.constantFrom('away', 'hand-over'),
  isOldFirst: fc.boolean(),
  apartMs: fc.constantFrom(0, 1, 60, 1_500),
  heldMs: fc.constantFrom(30, 250, 700),
  newsMs: fc.constantFrom(0, 5, 200),
  away: mishaps,
  leave: mishaps,
  resume: mishaps,
});

const takeOver = anyTakeOver.filter(({ oldEnds, apartMs }) => oldEnds === 'away' || apartMs < 100);

type TakeOver = typeof takeOver extends fc.Arbitrary<infer T> ? T : never;

describe('an old session that ends while a later one takes its place', { timeout: 30_000 }, () => {
  it('never erases its seat nor puts it away, in whatever order and whatever is lost', async () => {
    await everyTakeOver(({ seats, isHeld }) => {
      expect([seats, isHeld]).toMatchObject([[{ peer: 'alice' }, { peer: 'bob', session: 'bob-2' }], true]);
      expect(seats[1]).not.toHaveProperty('awayUntilMs');
    });
  });

  it('leaves everybody knowing, within seconds, where the peer is', async () => {
    await everyTakeOver(({ known }) => {
      expect([known?.session, known?.awayUntilMs]).toEqual(['bob-2', undefined]);
    });
  });

  it('would have erased it if it spoke with the fence of the later one', async () => {
    const { world, join, alice, bob, settle } = await start();
    for (const each of [alice, bob]) await join(each);
    const anew = later(bob.member);
    await settle(alice.rooms.resume(anew, STAGE));
    Object.assign(bob.member, { fence: anew.fence });
    await settle(Promise.race([bob.rooms.leave(bob.member, KEY, 'lost'), world.clock.advance(500)]));
    expect((await roomOf(world)).seats.map(({ peer }) => peer)).toEqual(['alice']);
  });
});

function everyTakeOver(holds: (end: Awaited<ReturnType<typeof play>>) => void): Promise<void> {
  const property = fc.asyncProperty(takeOver, async (story) => holds(await play(story)));
  return fc.assert(property, { numRuns: 60, seed: 7 });
}

async function play(story: TakeOver) {
  const { world, join, alice, bob, carol } = await start();
  for (const each of [alice, bob]) await join(each);
  const home = story.isSameNode ? bob : carol;
  const { gate: oldGate } = bob.ground;
  const { gate: newGate } = home.ground;
  expectMishaps(oldGate, story);
  if (newGate !== oldGate) expectMishaps(newGate, story);
  world.fate = () => story.newsMs;

  const anew = story.isSameLife ? later(bob.member) : new Puppet('bob', 2);
  const acts = [() => endOld(bob, story), () => void takeOverAt(home, anew, bob.member)];
  for (const act of story.isOldFirst ? acts : acts.toReversed()) {
    act();
    await world.clock.advance(story.apartMs);
  }
  for (let ms = 0; ms < 20_000; ms += story.heldMs) {
    for (const gate of [oldGate, newGate]) gate.open();
    await world.clock.advance(story.heldMs);
  }
  const { seats } = await roomOf(world);
  const known = alice.rooms.get(KEY)?.seats.get(anew.peer);
  return { seats, known, isHeld: home.rooms.seatOf(anew, KEY) !== undefined };
}

function expectMishaps(gate: Gate, { away, leave, resume }: TakeOver): void {
  gate.next('away', ...away);
  gate.next('leave', ...leave);
  gate.next('resume', ...resume);
}

function endOld({ rooms, member }: Place, { oldEnds }: TakeOver): void {
  member.ended = true;
  if (oldEnds === 'away') void rooms.away(member, KEY);
  else void rooms.handOver(member, KEY);
}

async function takeOverAt({ rooms }: Place, anew: Puppet, old: Puppet): Promise<void> {
  if (anew.instance === old.instance) {
    await rooms.resume(anew, STAGE);
    return;
  }
  await rooms.vacate(anew, STAGE, old.instance, 'replaced');
  // As a client does that is told that the cluster was unavailable.
  while ((await rooms.join(anew, wish({}, anew)).catch(() => 'unavailable')) !== 'joined');
}
