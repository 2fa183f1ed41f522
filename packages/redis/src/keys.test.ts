import { peerKey, queueKey, roomKey, type Inbox } from '@parley/core';
import type { PeerId, QueueName, Realm, RoomId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { keysOf } from './keys.ts';

const realm = 'main' as Realm;

describe('keys', () => {
  const keys = keysOf('parley');

  it('put the slot of everything that belongs together into one pair of braces', () => {
    expect([
      keys.nodes,
      keys.bans,
      keys.peer(peerKey(realm, 'ann' as PeerId)),
      keys.mail(peerKey(realm, 'ann' as PeerId)),
      keys.room(roomKey(realm, 'stage/left' as RoomId)),
      keys.queue(queueKey(realm, 2, 'chess' as QueueName)),
      keys.rate('upgrade-address', '2001:db8::/64'),
      keys.inbox('n1' as Inbox),
    ]).toEqual([
      'parley:nodes',
      'parley:bans:{parley:nodes}',
      'parley:peer:{main/ann}',
      'parley:mail:{main/ann}',
      'parley:room:{main/stage/left}',
      'parley:queue:{main/2/chess}',
      'parley:rate:{upgrade-address/2001:db8::/64}',
      'parley:inbox:{n1}',
    ]);
  });

  it.each(['', 'a{b', 'a}b', 'a b', 'a\nb', 'é', 'x'.repeat(65)])('refuse the prefix %j', (prefix) => {
    expect(() => keysOf(prefix)).toThrow(TypeError);
  });

  it.each(['parley', 'test-0a1b', 'acme:prod', 'x'.repeat(64)])('take the prefix %j', (prefix) => {
    expect(keysOf(prefix).nodes).toBe(`${prefix}:nodes`);
  });
});
