import { afterEach, describe, expect, it } from 'vitest';
import { answersTo, connect, expectNothingLeft, expectProtocol, joined, two } from './testing/node.ts';
import { ratesOf } from './testing/samples.ts';

afterEach(expectProtocol);

describe('a connection', () => {
  it('is welcome once its claim stands, and what it said before is handled then', async () => {
    const { clock, a } = await two();
    a.gate.next('claim', 'held');
    const alice = await a.open('alice');
    alice.say({ type: 'ping', id: 1 });
    await clock.advance(100);
    expect(alice.heard).toEqual([]);
    a.gate.open();
    await clock.flush();
    expect(alice.story).toEqual(['welcome', 'pong']);
  });

  it('is sent away with a code that says to come back when the directory does not answer', async () => {
    const { clock, a } = await two();
    a.gate.next('claim', 'lost');
    const alice = await a.connect('alice');
    expect(alice.ending).toEqual({ code: 4003, reason: 'cluster-unavailable retry=2000' });
    alice.drop(4003);
    await clock.advance(10_000);
    expectNothingLeft(a);
  });

  it('that loses against a later one while connecting is told so, and not that it was replaced', async () => {
    const { clock, a, b } = await two();
    a.gate.next('claim', 'held');
    const early = await a.open('alice');
    await clock.advance(10);
    const late = await b.connect('alice');
    a.gate.open();
    await clock.flush();
    expect(early.closedWith).toBe(4002);
    expect(late.story).toEqual(['welcome']);
  });

  it('is replaced by a later one of the same peer, and its seats go', async () => {
    const { clock, a, b } = await two();
    const bob = await joined(a, 'bob');
    const early = await joined(a, 'alice');
    await clock.advance(10);
    const late = await b.connect('alice');
    await clock.advance(100);
    expect(early.closedWith).toBe(4200);
    expect(late.closedWith).toBeUndefined();
    expect(bob.last('peer-left')).toMatchObject({ peer: 'alice', reason: 'replaced' });
  });

  it('is closed when its token expires, and not when it was refreshed', async () => {
    const { clock, a } = await two();
    const [alice, bob] = [await a.connect('short-alice'), await a.connect('short-bob')];
    await clock.advance(50_000);
    for (const socket of [alice, bob]) socket.listener?.alive();
    alice.say({ type: 'refresh', token: 'short-alice~0123456789', id: 1 });
    bob.say({ type: 'refresh', token: 'short-alice~0123456789', id: 1 });
    await clock.advance(20_000);
    expect(alice.last('refreshed')).toMatchObject({ re: 1, expiresInMs: 60_000 });
    expect(alice.closedWith).toBeUndefined();
    expect(bob.last('error')).toMatchObject({ re: 1, code: 'not-allowed' });
    expect(bob.closedWith).toBe(4100);
  });
});

describe('a limited node', () => {
  it('tells a refresh that the keys cannot be had, and the session goes on', async () => {
    const { clock, a } = await two();
    const alice = await connect(a, 'alice');
    alice.say({ type: 'refresh', token: 'keyless~0123456789', id: 1 });
    await clock.advance(10);
    expect(alice.last('error')).toMatchObject({ re: 1, code: 'keys-unavailable', retryAfterMs: 1_500 });
  });

  it('ends a session that has lived long enough, up to a tenth earlier', async () => {
    const { clock, a } = await two({ maxSessionLifetimeMs: 100_000, heartbeatTimeoutMs: 900_000 });
    const [alice, bob] = [await connect(a, 'alice'), await connect(a, 'bob')];
    await clock.advance(89_000);
    expect([alice.closedWith, bob.closedWith]).toEqual([undefined, undefined]);
    await clock.advance(12_000);
    expect([alice.closedWith, bob.closedWith]).toEqual([4006, 4006]);
  });

  it('lets nobody ask for more matches than it may, and an `unmatch` behind a `match` finds it', async () => {
    const { clock, a } = await two({ rates: ratesOf({ match: 2 }) });
    const alice = await connect(a, 'alice');
    for (let id = 1; id <= 3; id += 1) {
      alice.say({ type: 'match', queue: 'any', id });
      alice.say({ type: 'unmatch', queue: 'any', id: `un ${id}` });
      await clock.advance(10);
    }
    expect([1, 2, 3].map((id) => answersTo(alice, id))).toEqual([
      ['waiting'],
      ['waiting'],
      ['error rate-limited'],
    ]);
    expect([1, 2].map((id) => answersTo(alice, `un ${id}`))).toEqual([['unmatched'], ['unmatched']]);
  });

  it('tells every client what it may, and nothing of what is switched off', async () => {
    const budgets = { burst: 10, perSecond: 5, burstBytes: 0, bytesPerSecond: 9, changesPerMinute: 0 };
    const { a } = await two({ budgets, rates: ratesOf({ join: 7, match: 0 }) });
    const { limits } = (await connect(a, 'alice')).last('welcome') ?? {};
    expect(limits).toMatchObject({ signalBurst: 10, signalsPerSecond: 5, joinsPerMinute: 7 });
    expect(limits).not.toHaveProperty('signalBurstBytes');
    expect(limits).not.toHaveProperty('matchesPerMinute');
  });
});
