import { describe, expect, it } from 'vitest';
import type { NodeId } from '@parley/protocol';
import { LIMITS } from './limits.ts';
import { type Ground, World } from './testing/world.ts';

const BEAT_MS = LIMITS.beatIntervalMs;

describe('which nodes are alive', () => {
  it('is known to every node one beat after it was said', async () => {
    const { world, a, b } = await two();
    expect(a.membership.state(b.node)).toBe('alive');
    expect(a.membership.state('node-x' as NodeId)).toBe('unknown');
    expect(b.membership.nodes.map(({ node }) => node)).toEqual(['node-a', 'node-b']);
    expect(world.clock.timersForTesting).toBeGreaterThan(0);
  });

  it('ends with a goodbye: the others hear of it once', async () => {
    const { world, a, b } = await two();
    const ended = endedOf(a);
    await stop(world, b);
    await world.clock.advance(BEAT_MS * 10);
    expect(a.membership.state(b.node)).toBe('gone');
    expect(ended).toEqual(['node-b']);
    expect(a.membership.ended()).toEqual(['node-b']);
  });

  it('ends when a node stops beating, and not before its row says so', async () => {
    const { world, a, b } = await two();
    const ended = endedOf(a);
    b.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs - BEAT_MS);
    expect(ended).toEqual([]);
    await world.clock.advance(BEAT_MS * 2);
    expect(a.membership.state(b.node)).toBe('lost');
    expect(ended).toEqual(['node-b']);
  });

  it('is not judged by a node whose own beat fails', async () => {
    const { world, a, b } = await two();
    const ended = endedOf(a);
    a.gate.isShut = true;
    b.gate.isShut = true;
    await world.clock.advance(60_000);
    expect(a.membership.up).toBe(false);
    expect(a.membership.state(b.node)).toBe('alive');
    expect(ended).toEqual([]);
  });

  it('is not over for anybody when it was the directory that slept', async () => {
    const { world, a, b } = await two();
    const ended = [endedOf(a), endedOf(b)];
    a.gate.isShut = b.gate.isShut = true;
    await world.clock.advance(60_000);
    a.gate.isShut = b.gate.isShut = false;
    await world.clock.advance(BEAT_MS * 3);
    expect(ended.flat()).toEqual([]);
    expect(a.membership.state(b.node)).toBe('alive');
  });

  it('goes on being asked whatever an answer was', async () => {
    const { world, a } = await two();
    a.gate.next('beat', new TypeError('a bug'), 'lost', 'unanswered');
    await world.clock.advance(BEAT_MS * 3);
    expect(a.membership.up).toBe(false);
    await world.clock.advance(BEAT_MS);
    expect(a.membership.up).toBe(true);
    expect(a.log.errors).toHaveLength(1);
  });

  it('is told goodbye after the last beat has ended, never during it', async () => {
    const { world, a, b } = await two();
    b.gate.next('beat', 'held');
    await world.clock.advance(BEAT_MS);
    const stopping = b.membership.stop();
    await world.clock.flush();
    expect(b.gate.count('goodbye')).toBe(0);
    b.gate.open();
    await stopping;
    await world.clock.advance(BEAT_MS * 2);
    expect(a.membership.state(b.node)).toBe('gone');
  });

  it('says nothing more, and sets no timer, once it is stopped', async () => {
    const world = new World();
    const a = await world.ground('node-a').start();
    await stop(world, a);
    await world.clock.advance(100);
    expect(world.clock.timersForTesting).toBe(0);
    const beats = a.gate.count('beat');
    await world.clock.advance(60_000);
    expect(a.gate.count('beat')).toBe(beats);
  });
});

describe('whether a node hears', () => {
  it('is told to the others, who then do not send into the void', async () => {
    const { world, a, b } = await two();
    expect(a.membership.inboxOf(b.node)).toBe('node-b');
    const deaf = b.bus.inbox;
    let again = 0;
    b.news.heardAgain = () => void (again += 1);
    world.fate = (_from, to) => (to === deaf ? 'lost' : 0);
    b.bus.rebuild = () => {};
    await world.clock.advance(LIMITS.deafAfterMs + BEAT_MS * 2);
    expect(b.membership.hears).toBe(false);
    expect(a.membership.inboxOf(b.node)).toBeUndefined();
    expect(a.membership.state(b.node)).toBe('alive');
    expect(again).toBe(0);

    world.fate = () => 0;
    await world.clock.advance(BEAT_MS * 3);
    expect(again).toBe(1);
    expect(b.membership.hears).toBe(true);
    expect(a.membership.inboxOf(b.node)).toBe('node-b');
  });

  it('makes a deaf node subscribe anew, and the others follow it there', async () => {
    const { world, a, b } = await two();
    const deaf = b.bus.inbox;
    world.fate = (_from, to) => (to === deaf ? 'lost' : 0);
    await world.clock.advance(LIMITS.deafAfterMs + BEAT_MS * 4);
    expect(b.bus.inbox).not.toBe(deaf);
    expect(b.membership.hears).toBe(true);
    expect(a.membership.inboxOf(b.node)).toBe(b.bus.inbox);
    expect(a.membership.nodeAt(b.bus.inbox)).toBe(b.node);
  });

  it('is not doubted by a node that slept itself, and could not have heard', async () => {
    const { world, a, b } = await two();
    const { nodes } = world.directory;
    const beat = nodes.beat.bind(nodes);
    const hearing: boolean[] = [];
    nodes.beat = (row, lifeMs) => {
      hearing.push(row.hears);
      return beat(row, lifeMs);
    };
    const awakeMs = world.clock.nowMs.bind(world.clock);
    world.clock.nowMs = () => awakeMs() + LIMITS.deafAfterMs + 500;
    await world.clock.advance(BEAT_MS * 2);
    expect(hearing.length).toBeGreaterThan(1);
    expect(hearing).not.toContain(false);
    expect(a.membership.inboxOf(b.node)).toBe('node-b');
  });

  it('does not make it subscribe anew while the directory does not answer either', async () => {
    const { world, b } = await two();
    let rebuilt = 0;
    b.bus.rebuild = () => void (rebuilt += 1);
    world.fate = () => 'lost';
    b.gate.isShut = true;
    await world.clock.advance(30_000);
    expect(rebuilt).toBe(0);
    b.gate.isShut = false;
    await world.clock.advance(LIMITS.deafAfterMs + BEAT_MS * 2);
    expect(rebuilt).toBeGreaterThan(0);
  });

  it('takes a node of which no beat has told yet for one at its first inbox', async () => {
    const { a } = await two();
    expect(a.membership.inboxOf('node-new' as NodeId)).toBe('node-new');
  });
});

describe('the directory’s time and memory', () => {
  it('is known to within half of what a beat takes', async () => {
    const { world, a } = await two();
    const skewed = world.clock.nowMs();
    expect(a.membership.nowMs()).toBe(skewed);
    await world.clock.advance(1_234);
    expect(a.membership.nowMs()).toBe(skewed + 1_234);
  });

  it('is lost when the table is another one: everything is to be said again, for a while nobody is missed', async () => {
    const { world, a } = await two();
    let lost = 0;
    a.news.dataLost = () => void (lost += 1);
    world.directory.forgetForTesting();
    await world.clock.advance(BEAT_MS * 2);
    expect(lost).toBe(1);
    expect(a.membership.recovering).toBe(true);
    await world.clock.advance(LIMITS.recoveryMs);
    expect(a.membership.recovering).toBe(false);
    expect(lost).toBe(1);
  });

  it('is lost when its beats do not rise: another took over that had not heard everything', async () => {
    const { world, a, b } = await two();
    let lost = 0;
    a.news.dataLost = () => void (lost += 1);
    b.news.dataLost = () => void (lost += 1);
    const copy = world.directory.snapshotForTesting();
    await world.clock.advance(BEAT_MS * 5);
    expect(lost).toBe(0);
    world.directory.restoreForTesting(copy);
    await world.clock.advance(BEAT_MS);
    expect(lost).toBe(2);
  });
});

async function two() {
  const world = new World();
  const a = await world.ground('node-a').start();
  const b = await world.ground('node-b').start();
  await world.clock.advance(BEAT_MS);
  return { world, a, b };
}

function endedOf(ground: Ground): NodeId[] {
  const ended: NodeId[] = [];
  ground.news.nodesEnded = (nodes) => ended.push(...nodes);
  return ended;
}

async function stop(world: World, ground: Ground): Promise<void> {
  const stopping = ground.membership.stop();
  await world.clock.flush();
  await stopping;
}
