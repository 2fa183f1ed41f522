import { CLOSES } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { partingOf, takeLeave } from './farewell.ts';
import type { Matchmaker } from './matchmaker.ts';
import type { SessionEnd } from './ports/metrics.ts';
import type { Presence } from './presence.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { Puppet } from './testing/puppet.ts';

const AWAY = ['room: away', 'queue away', 'peer away'];
const HANDED_OVER = ['room: handed-over', 'queue away', 'peer forgotten'];
const released = (reason: string) => [`room: ${reason}`, 'queue left', 'peer released'];

/** What becomes of everything by each close that is not followed by a return; all others wait. */
const FINAL: Partial<Record<SessionEnd, readonly string[]>> = {
  normal: released('left'),
  kicked: released('kicked'),
  banned: released('kicked'),
  'protocol-violation': released('lost'),
  'unsupported-data': released('lost'),
  replaced: HANDED_OVER,
};

const ENDS = [...Object.keys(CLOSES), 'connection-lost'] as SessionEnd[];

describe('what a session held, when it has ended', () => {
  it.each(ENDS)('as %s, goes or waits or is handed over, as a whole', (end) => {
    expect(deedsOf(end)).toEqual(FINAL[end] ?? AWAY);
  });

  it('waits exactly for those whom their close does not send away for good', () => {
    for (const [name, { code, reconnect }] of Object.entries(CLOSES)) {
      const waits = deedsOf(name as SessionEnd).includes('peer away');
      const isFinal = code === 1000 || (code >= 4200 && code < 4300);
      expect([name, waits, reconnect === 'never']).toEqual([name, !isFinal, isFinal]);
    }
  });

  it('is nothing for whoever held nothing but its claim', () => {
    const bare = new Puppet('alice') as unknown as Session;
    expect(deedsOf('connection-lost', bare)).toEqual(['peer away']);
    expect(deedsOf('normal', bare)).toEqual(['peer released']);
  });
});

function deedsOf(end: SessionEnd, session = seatedSession()): string[] {
  const deeds: string[] = [];
  const does = (deed: string) => async () => void deeds.push(deed);
  const rooms = {
    part: async (_member: unknown, _key: unknown, parting: string) => void deeds.push(`room: ${parting}`),
  };
  const matchmaker = { leave: does('queue left'), away: does('queue away') };
  const presence = {
    away: does('peer away'),
    release: does('peer released'),
    forget: does('peer forgotten'),
  };
  takeLeave(session, partingOf(end), {
    rooms: rooms as unknown as Rooms,
    matchmaker: matchmaker as unknown as Matchmaker,
    presence: presence as unknown as Presence,
  });
  return deeds;
}

/** In one room and one queue. */
function seatedSession(): Session {
  const puppet = new Puppet('alice');
  puppet.rooms.add('main/stage' as never);
  puppet.queues.add('main/2/chess' as never);
  return puppet as unknown as Session;
}
