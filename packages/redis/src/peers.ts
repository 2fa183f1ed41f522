import type { ClaimAnswer, PeerDirectory } from '@parley/core';
import type { NodeId, SessionId } from '@parley/protocol';

import type { Keys } from './keys.ts';
import type { Reply, Scripts } from './scripts.ts';

export function redisPeers(scripts: Scripts, keys: Keys): PeerDirectory {
  return {
    async claim({ key, node, session, instance, fence, lifeMs }) {
      return claimAnswer(
        await scripts.run('claim', keys.peer(key), [node, session, instance, fence, lifeMs]),
      );
    },
    async bye(key, fence) {
      await scripts.run('bye', keys.peer(key), [fence]);
    },
  };
}

function claimAnswer([outcome, node, session]: Reply): ClaimAnswer {
  if (outcome === 'superseded') return { outcome };
  if (node === undefined) return { outcome: 'claimed' };
  return { outcome: 'claimed', former: { node: node as NodeId, session: session as SessionId } };
}
