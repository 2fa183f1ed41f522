import type { Outgoing } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { acquaintances, untilAcquainted, type Listener } from '../support/acquaintances.ts';

const joined = (capacity: number, ...peers: object[]) => ({ type: 'joined', room: 'r', capacity, peers });
const peer = (name: string, polite = false) => ({ peer: name, instance: `${name}-1`, polite });
const event = (type: string, more: object) => ({ type, room: 'r', ...more });

/** A member that was told exactly this. */
const told = (self: string, ...received: object[]) =>
  ({ welcome: { peer: self }, received: received as Outgoing[] }) as unknown as Listener;

describe('what the tests of rooms hold against a node', () => {
  it.each([
    ['a peer that joins twice', [joined(3, peer('b')), event('peer-joined', peer('b'))], 'joined twice'],
    [
      'a peer that leaves and was not there',
      [joined(3), event('peer-left', { peer: 'b' })],
      'left and was not',
    ],
    ['an event before the join', [event('peer-joined', peer('b')), joined(3)], 'before joining'],
    [
      'an event after the leave',
      [joined(3), event('left', {}), event('peer-joined', peer('b'))],
      'after leaving',
    ],
    [
      'a signal of somebody it was not told of',
      [joined(3), event('signal', { from: 'b', fromInstance: 'b-1' }), event('peer-joined', peer('b'))],
      'signal of a stranger',
    ],
    [
      'a signal of an earlier life',
      [joined(3, peer('b')), event('signal', { from: 'b', fromInstance: 'b-0' })],
      'signal of a stranger',
    ],
    ['a peer that is away and not there', [joined(3), event('peer-away', { peer: 'b' })], 'is not there'],
    ['a peer that is back and was here', [joined(3, peer('b')), event('peer-back', { peer: 'b' })], 'twice'],
    ['more peers than seats', [joined(2, peer('b')), event('peer-joined', peer('c'))], 'in a room of 2'],
  ])('is %s', (_what, received, complaint) => {
    expect(() => acquaintances(told('a', ...received), 'r')).toThrow(complaint);
  });

  it.each([
    ['somebody unknown', told('a', joined(3)), told('b', joined(3, peer('a', true))), 'a does not know b'],
    [
      'somebody gone',
      told('a', joined(3, peer('b'), peer('c'))),
      told('b', joined(3, peer('a', true))),
      'a still knows c',
    ],
    [
      'somebody who is here and taken for away',
      told('a', joined(3, peer('b')), event('peer-away', { peer: 'b' })),
      told('b', joined(3, peer('a', true))),
      'a takes b for away',
    ],
    [
      'two who are both polite',
      told('a', joined(3, peer('b', true))),
      told('b', joined(3, peer('a', true))),
      'equally polite',
    ],
    [
      'two of whom neither is polite',
      told('a', joined(3, peer('b'))),
      told('b', joined(3, peer('a'))),
      'equally polite',
    ],
    ['a member that is not', told('a', joined(3, peer('b'))), told('b'), 'b is not in the room'],
  ])('is, once everything is quiet, %s', async (_what, a, b, complaint) => {
    await expect(untilAcquainted([a, b], 'r', 20)).rejects.toThrow(complaint);
  });

  it('is not what is right', async () => {
    const a = told(
      'a',
      joined(3),
      event('peer-joined', peer('b')),
      event('signal', { from: 'b', fromInstance: 'b-1' }),
      event('peer-away', { peer: 'b' }),
      event('peer-back', { peer: 'b' }),
      event('peer-joined', peer('c')),
      event('peer-away', { peer: 'c' }),
    );
    await expect(untilAcquainted([a, told('b', joined(3, peer('a', true)))], 'r')).resolves.toBe(true);
  });
});
