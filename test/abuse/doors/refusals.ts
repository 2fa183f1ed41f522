import type { RefusalCode } from '@parley/protocol';

import { freshAddress } from '../support/names.ts';
import { LOW } from './nodes.ts';
import { operate, times } from './play.ts';
import type { Rows } from './row.ts';

/** Every refusal before a socket exists. */
export const refusals: Rows<RefusalCode> = {
  'bad-request': { because: 'what is no HTTP is refused by the socket library, and nothing else says this' },

  'unsupported-subprotocol': {
    on: 'usual',
    play: async (node) => ({
      wrong: await node.knock({ subprotocols: ['parley.v0'] }),
      right: await node.knock({ subprotocols: ['parley.v0', 'parley.v1'] }),
    }),
  },

  'credential-missing': {
    on: 'usual',
    play: async (node) => ({ wrong: await node.knock({ credential: false }), right: await node.knock() }),
  },

  'credential-malformed': {
    on: 'usual',
    play: async (node) => ({
      wrong: await node.knock({ credential: 'fifteen-letters' }),
      right: await node.knock(),
    }),
  },

  'origin-not-allowed': {
    on: 'usual',
    play: async (node) => ({
      wrong: await node.knock({ origin: 'https://page.example.evil' }),
      right: await node.knock({ origin: 'https://page.example' }),
    }),
  },

  banned: {
    on: 'usual',
    async play(node) {
      const from = freshAddress();
      const ban = { kind: 'address', subject: from };
      await operate(node, 'POST', '/bans', { ...ban, forMs: 60_000 });
      const wrong = await node.knock({ from });
      await operate(node, 'DELETE', '/bans', ban);
      return { wrong, right: await node.knock({ from }) };
    },
  },

  'upgrade-required': {
    on: 'usual',
    async play(node) {
      const { status, body } = await node.get('/v1/connect');
      const { code } = JSON.parse(body) as { code: string };
      return { wrong: `${status} ${code}`, right: await node.knock() };
    },
  },

  'insecure-transport': {
    on: 'secure',
    play: async (node) => ({
      wrong: await node.knock(),
      right: await node.knock({ headers: { 'x-forwarded-proto': 'https' } }),
    }),
  },

  'rate-limited': {
    on: 'usual',
    async play(node) {
      const from = freshAddress();
      await times(LOW.upgrades, () => node.knock({ from }));
      return { wrong: await node.knock({ from }), right: await node.knock({ from: freshAddress() }) };
    },
  },

  'too-many-sessions': {
    on: 'usual',
    async play(node) {
      const from = freshAddress();
      const [first] = await times(LOW.inside, () => node.enter({ from }));
      const wrong = await node.knock({ from });
      await first?.close();
      return { wrong, right: await node.knock({ from }) };
    },
  },

  internal: {
    because: 'no stranger can bring it about unless there is a bug, which is put there',
    testedIn: 'test/abuse/doors/faults.test.ts',
  },

  'node-full': {
    on: 'narrow',
    async play(node) {
      const first = await node.enter();
      const wrong = await node.knock();
      await first.close();
      return { wrong, right: await node.knock() };
    },
  },

  draining: {
    because: 'it needs a node that takes a while to stop: one whose Redis is frozen',
    testedIn: 'test/abuse/doors/outages.test.ts',
  },

  'keys-unavailable': {
    because: 'it needs a key server that is down',
    testedIn: 'test/abuse/doors/key-server.test.ts',
  },

  'cluster-unavailable': {
    because: 'it needs a Redis that is frozen',
    testedIn: 'test/abuse/doors/outages.test.ts',
  },
};
