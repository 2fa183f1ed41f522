import { describe, expect, it } from 'vitest';
import type { NodeId } from '@parley/protocol';
import type { Envelope, ReceiptEnvelope } from './envelope.ts';
import type { RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { Letter, Settlement } from './streams.ts';
import { type Ground, World } from './testing/world.ts';

describe('streams between two nodes', () => {
  it('bring signals in order, and say that they were delivered', async () => {
    const { world, signal, outcomes, arrived } = await start();
    signal('1', '2', '3');
    await world.clock.advance(10);
    expect(arrived).toEqual(['1', '2', '3']);
    expect(outcomes).toEqual({ 1: 'delivered', 2: 'delivered', 3: 'delivered' });
  });

  it('say why a signal was refused, to its sender alone', async () => {
    const { world, b, signal, outcomes } = await start();
    b.news.signal = (_from, { text }, settle) => settle(text === '2' ? 'gone' : 'delivered');
    signal('1', '2', '3');
    await world.clock.advance(10);
    expect(outcomes).toEqual({ 1: 'delivered', 2: 'gone', 3: 'delivered' });
  });

  it('wait for an outcome that comes later, but not for ever', async () => {
    const { world, b, signal, outcomes } = await start();
    const settles: ((outcome: 'delivered') => void)[] = [];
    b.news.signal = (_from, _envelope, settle) => settles.push(settle);
    signal('1', '2');
    await world.clock.advance(1_000);
    settles[0]?.('delivered');
    await world.clock.advance(10);
    expect(outcomes).toEqual({ 1: 'delivered' });
    await world.clock.advance(1_000);
    expect(outcomes).toEqual({ 1: 'delivered', 2: 'timeout' });
  });

  it('refuse at once what was lost on the way, as soon as something later arrives', async () => {
    const { world, b, signal, outcomes, arrived } = await start();
    let missed = 0;
    b.news.missed = () => void (missed += 1);
    lose(world, 'signal');
    signal('lost');
    await world.clock.flush();
    world.fate = () => 0;
    signal('later');
    await world.clock.advance(10);
    expect(arrived).toEqual(['later']);
    expect(outcomes).toEqual({ lost: 'missed', later: 'delivered' });
    expect(missed).toBe(1);
  });

  it('show that something is missing even when it could not be sent at all', async () => {
    const { world, a, b, signal, outcomes } = await start();
    signal('before');
    await world.clock.advance(10);
    let missed = 0;
    b.news.missed = () => void (missed += 1);
    const inboxOf = a.membership.inboxOf.bind(a.membership);
    a.membership.inboxOf = () => undefined;
    signal('unsent');
    a.membership.inboxOf = inboxOf;
    signal('after');
    await world.clock.advance(10);
    expect(outcomes).toEqual({ before: 'delivered', unsent: 'unavailable', after: 'delivered' });
    expect(missed).toBe(1);
  });

  it('begin anew, and are heard, when one end has forgotten the other', async () => {
    const { world, a, b, signal, outcomes, arrived } = await start();
    signal('1', '2', '3');
    await world.clock.advance(10);
    a.streams.forget(b.node);
    signal('4');
    await world.clock.advance(10);
    b.streams.forget(a.node);
    signal('5');
    await world.clock.advance(10);
    expect(arrived).toEqual(['1', '2', '3', '4', '5']);
    expect(Object.values(outcomes)).toEqual(Array(5).fill('delivered'));
  });

  it('never handle a number later that was passed', async () => {
    const { world, b, arrived } = await start();
    const numbered = (n: number, text: string) =>
      ({ ...letter(text), n, sentAtMs: world.clock.nowMs() }) as Envelope;
    b.streams.received('node-a' as NodeId, [
      numbered(2, 'second'),
      numbered(1, 'first'),
      numbered(2, 'again'),
    ]);
    expect(arrived).toEqual(['second']);
  });

  it('never say that a signal was delivered whose receipt was lost', async () => {
    const { world, signal, outcomes } = await start();
    lose(world, 'receipt');
    signal('1');
    await world.clock.advance(10);
    world.fate = () => 0;
    signal('2');
    await world.clock.advance(10);
    expect(outcomes).toEqual({ 2: 'delivered' });
    await world.clock.advance(2_000);
    expect(outcomes).toEqual({ 1: 'timeout', 2: 'delivered' });
  });

  it('refuse a signal that is more than two seconds old, and take one that is younger', async () => {
    const { world, a, b, arrived } = await start();
    const receipts = spyOnReceipts(world);
    const sent = (n: number, ageMs: number) =>
      ({ ...letter(`${n}`), n, sentAtMs: world.clock.nowMs() - ageMs }) as Envelope;
    b.streams.received(a.node, [sent(1, 2_001), sent(2, 1_999)]);
    await world.clock.advance(10);
    expect(arrived).toEqual(['2']);
    expect(receipts).toMatchObject([{ upTo: 2, refused: [[1, 1, 'stale']] }]);
  });

  it('bring late news of a room all the same, marked as late', async () => {
    const { world, a, b } = await start();
    const late: boolean[] = [];
    b.news.room = (_envelope, isLate) => late.push(isLate);
    const news = (n: number, ageMs: number) =>
      ({ kind: 'room', n, sentAtMs: world.clock.nowMs() - ageMs, from: '1', tag: '2' }) as Envelope;
    b.streams.received(a.node, [news(1, 3_000), news(2, 0)]);
    expect(late).toEqual([true, false]);
  });

  it('do not even try when that node is deaf or has ended, or the directory does not answer', async () => {
    const { world, a, b, signal, outcomes } = await start();
    a.gate.isShut = true;
    await world.clock.advance(LIMITS.beatIntervalMs);
    signal('cut off');
    expect(outcomes['cut off']).toBe('unavailable');
    a.gate.isShut = false;
    await world.clock.advance(LIMITS.beatIntervalMs);
    signal('back');
    await world.clock.advance(10);
    expect(outcomes['back']).toBe('delivered');

    const stopped = b.membership.stop();
    await world.clock.advance(LIMITS.beatIntervalMs * 2);
    await stopped;
    signal('gone');
    expect(outcomes['gone']).toBe('unavailable');
  });

  it('bound what has no receipt', async () => {
    const { world, signal, outcomes, a } = await start();
    world.fate = () => 'lost';
    const many = Array.from({ length: LIMITS.pendingPerNode }, (_, i) => `${i}`);
    signal(...many, 'one too many');
    expect(outcomes).toEqual({ 'one too many': 'unavailable' });
    expect(a.streams.pending).toBe(LIMITS.pendingPerNode);
    await world.clock.advance(2_000);
    expect(a.streams.pending).toBe(0);
  });

  it('take what the bus refuses for unknown', async () => {
    const { world, signal, outcomes } = await start();
    world.fate = () => 'refused';
    signal('1');
    await world.clock.flush();
    expect(outcomes).toEqual({ 1: 'unavailable' });
  });

  it('go on with their numbers towards a node that was taken for lost and comes back', async () => {
    const { world, a, b, signal, outcomes, arrived } = await start();
    signal('1', '2');
    await world.clock.advance(10);
    b.gate.isShut = true;
    await world.clock.advance(12_000);
    expect(a.membership.state(b.node)).toBe('lost');
    b.gate.isShut = false;
    await world.clock.advance(4_000);
    expect(a.membership.state(b.node)).toBe('alive');

    signal('3');
    await world.clock.advance(10);
    expect(arrived).toEqual(['1', '2', '3']);
    expect(outcomes[3]).toBe('delivered');
  });

  it('have nothing pending when they are stopped, and no timer', async () => {
    const { world, a, signal, outcomes } = await start();
    world.fate = () => 'lost';
    const timers = world.clock.timersForTesting;
    signal('1');
    a.streams.stop();
    expect(outcomes).toEqual({ 1: 'timeout' });
    expect(world.clock.timersForTesting).toBe(timers);
  });
});

const letter = (text: string) =>
  ({ kind: 'signal', room: 'main/stage' as RoomKey, from: 'alice', to: 'bob', text }) as unknown as Letter;

/** Two nodes that know each other; `signal` goes from a to b, where it is delivered. */
async function start() {
  const world = new World();
  const a: Ground = await world.ground('node-a').start();
  const b: Ground = await world.ground('node-b').start();
  await world.clock.advance(LIMITS.beatIntervalMs);
  const arrived: string[] = [];
  b.news.signal = (_from, { text }, settle) => {
    arrived.push(String(text));
    settle('delivered');
  };
  const outcomes: Record<string, Settlement> = {};
  function signal(...texts: string[]): void {
    for (const text of texts) {
      a.streams.send(b.node, letter(text), (outcome) => {
        if (outcomes[text]) throw new Error(`${text} was settled twice`);
        outcomes[text] = outcome;
      });
    }
  }
  return { world, a, b, signal, outcomes, arrived };
}

function lose(world: World, kind: Envelope['kind']): void {
  world.fate = (_from, _to, envelopes) => (envelopes.some((each) => each.kind === kind) ? 'lost' : 0);
}

function spyOnReceipts(world: World): ReceiptEnvelope[] {
  const receipts: ReceiptEnvelope[] = [];
  world.fate = (_from, _to, envelopes) => {
    for (const envelope of envelopes) if (envelope.kind === 'receipt') receipts.push(envelope);
    return 0;
  };
  return receipts;
}
