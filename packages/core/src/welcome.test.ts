import { outgoing, readResumeToken } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import type { Session } from './session.ts';
import { Puppet } from './testing/puppet.ts';
import { noIce } from './testing/quiet.ts';
import { optionsOf, ratesOf } from './testing/samples.ts';
import { welcomeOf } from './welcome.ts';

const SECRET = '0123456789abcdef'.repeat(2);
const NO_BUDGETS = { burst: 0, perSecond: 0, burstBytes: 0, bytesPerSecond: 0, changesPerMinute: 0 };

describe('a welcome', () => {
  it('says who the session is, and gives it the proof for coming back', () => {
    const welcome = of();
    expect(welcome).toMatchObject({
      peer: 'alice',
      session: 'alice-1',
      node: 'node-1',
      realm: 'main',
      features: ['resume', 'ice'],
    });
    expect(readResumeToken(welcome.resume ?? '')).toEqual({ peer: 'alice', secret: SECRET });
    expect(welcome.resumeForMs).toBe(120_000);
  });

  it('says that a session goes on only with its rooms, be there none', () => {
    expect(of()).toMatchObject({ resumed: false });
    expect(of()).not.toHaveProperty('rooms');
    expect(of({}, [])).toMatchObject({ resumed: true, rooms: [] });
    expect(of({}, [{ room: 'stage' as never, capacity: 2, peers: [] }]).rooms).toHaveLength(1);
  });

  it('tells nothing of what is switched off', () => {
    const { limits } = of({ budgets: NO_BUDGETS, rates: ratesOf({ join: 0, match: 0 }) });
    expect(Object.keys(limits).toSorted()).toEqual([
      'maxMessageBytes',
      'maxPendingSignals',
      'maxQueues',
      'maxRooms',
    ]);
    expect(limits['maxRooms']).toBe(LIMITS.roomsPerSession);
  });

  it('tells everything that is switched on', () => {
    const budgets = { burst: 1, perSecond: 2, burstBytes: 3, bytesPerSecond: 4, changesPerMinute: 5 };
    expect(of({ budgets, rates: ratesOf({ join: 6, match: 7 }) }).limits).toMatchObject({
      signalBurst: 1,
      signalsPerSecond: 2,
      signalBurstBytes: 3,
      signalBytesPerSecond: 4,
      updatesPerMinute: 5,
      joinsPerMinute: 6,
      matchesPerMinute: 7,
    });
  });

  it('tells what is left of a token that expires', () => {
    expect(of()).not.toHaveProperty('expiresInMs');
    expect(of({}, undefined, 5_000)).toMatchObject({ expiresInMs: 5_000 });
  });
});

function of(more: Partial<NodeOptions> = {}, rooms?: Parameters<typeof welcomeOf>[2], expiresInMs?: number) {
  const identity = { ...(expiresInMs !== undefined && { expiresInMs }) };
  const session = Object.assign(new Puppet('alice'), { secret: SECRET, identity }) as unknown as Session;
  const welcome = outgoing.parse(
    welcomeOf(session, { options: optionsOf('node-1', more), ice: noIce }, rooms),
  );
  if (welcome.type !== 'welcome') throw new Error('not a welcome');
  return welcome;
}
