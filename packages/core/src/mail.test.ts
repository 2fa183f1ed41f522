import { encodeSignal, type RoomId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { handOut } from './mail.ts';
import type { MailOutcome } from './ports/metrics.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { Puppet } from './testing/puppet.ts';
import { quietMetrics } from './testing/quiet.ts';

describe('mail', () => {
  it('is handed out in order, as it was put', () => {
    const { hand, alice, counted } = start();
    hand([letter('1'), 0], [letter('2'), 0]);
    expect(alice.relayed).toEqual([letter('1'), letter('2')]);
    expect(counted).toEqual(['handed', 'handed']);
  });

  it('says how often it was handed out before, and is otherwise the same', () => {
    const { hand, alice, counted } = start();
    hand([letter('1'), 1], [letter('2'), 7], [letter('3'), 0]);
    expect(alice.relayed.map((text) => JSON.parse(text))).toEqual([
      { ...JSON.parse(letter('1')), mailed: 1 },
      { ...JSON.parse(letter('2')), mailed: 7 },
      JSON.parse(letter('3')),
    ]);
    expect(counted).toEqual(['handed-again', 'handed-again', 'handed']);
  });

  it('is void when its sender has left the room, or was never in this one', () => {
    const { hand, alice, counted } = start();
    hand([letter('1', 'stranger'), 0], [letter('2', 'bob', 1, 'elsewhere'), 1], [letter('3'), 0]);
    expect(alice.relayed).toEqual([letter('3')]);
    expect(counted).toEqual(['void', 'void', 'handed']);
  });

  it('is void when its sender has begun a new life since', () => {
    const { hand, alice, counted } = start();
    hand([letter('1', 'bob', 2), 0]);
    expect([alice.relayed, counted]).toEqual([[], ['void']]);
  });

  it('is void when the seat of its receiver is gone: nobody has told it of this room', () => {
    const { hand, alice, own, counted } = start();
    own.isThere = false;
    hand([letter('1'), 0]);
    expect([alice.relayed, counted]).toEqual([[], ['void']]);
  });

  it('is good when its sender is away, or at another session of the same life', () => {
    const { hand, alice, seats } = start();
    const { peer, instance } = new Puppet('bob');
    seats.set(peer, { instance, session: 'another', awayUntilMs: 1 } as never);
    hand([letter('1'), 0]);
    expect(alice.relayed).toEqual([letter('1')]);
  });
});

/** A stage with bob on it, and mail for alice. */
function start() {
  const alice = new Puppet('alice');
  const { peer, instance } = new Puppet('bob');
  const seats = new Map([[peer, { instance }]]);
  const own = { isThere: true };
  const rooms = {
    get: (key: string) => (key === 'main/stage' ? { seats } : undefined),
    seatOf: () => (own.isThere ? { member: alice } : undefined),
  };
  const counted: MailOutcome[] = [];
  const metrics = { ...quietMetrics, mailed: (outcome: MailOutcome) => void counted.push(outcome) };
  function hand(...letters: [text: string, mailed: number][]): void {
    const mail = letters.map(([text, mailed]) => ({ text, mailed }));
    handOut(alice as unknown as Session, mail, { rooms: rooms as unknown as Rooms, metrics });
  }
  return { hand, alice, own, seats, counted };
}

/** A signal as it was put: the final text. */
function letter(custom: string, from = 'bob', life = 1, room = 'stage'): string {
  const { peer, instance } = new Puppet(from, life);
  return encodeSignal(room as RoomId, peer, instance, `"custom":"${custom}"`);
}
