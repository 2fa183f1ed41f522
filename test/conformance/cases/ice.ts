import type { IceServer } from '@parley/protocol/plain';
import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';

/** What an RTCPeerConnection is given. Servers without a TURN server keep most of these promises for nothing. */
export const ice: readonly Case[] = [
  {
    name: 'ice: what welcome names, an RTCPeerConnection takes: URLs, and for a TURN server a username and a credential',
    async run(t) {
      const { welcome } = await t.connect();
      assert(welcome.features.includes('ice'), 'ice is among the features');
      for (const server of welcome.iceServers) {
        const urls = urlsOf(server);
        assert(urls.length > 0 && urls.every(isIceUrl), `URLs: ${urls.join()}`);
        const isCredible = Boolean(server.username && server.credential);
        assertEqual(isCredible, urls.some(isTurnUrl), `the credential of ${urls.join()} is there`);
      }
    },
  },
  {
    name: 'ice: asked for anew, they are the same servers, good for no less than what was left',
    async run(t) {
      const { welcome, ...a } = await connectFor(t);
      const { iceServers, expiresInMs } = await a.ask();
      assertEqual(iceServers.map(urlsOf), welcome.iceServers.map(urlsOf), 'URLs');
      assertEqual(expiresInMs === undefined, welcome.iceExpiresInMs === undefined, 'nothing expires');
      const leftMs = (welcome.iceExpiresInMs ?? 0) - a.elapsedMs();
      assert((expiresInMs ?? 0) >= leftMs, `expiresInMs is ${expiresInMs}, and ${leftMs} were left`);
    },
  },
  {
    name: 'ice: what expires has a credential, and what has none does not expire',
    async run(t) {
      const { welcome, ...a } = await connectFor(t);
      const { iceServers, expiresInMs } = await a.ask();
      for (const [servers, lifeMs] of [
        [welcome.iceServers, welcome.iceExpiresInMs],
        [iceServers, expiresInMs],
      ] as const) {
        assert(lifeMs === undefined || lifeMs > 0, `they are good for ${lifeMs} ms`);
        assert(lifeMs === undefined || servers.some(({ credential }) => credential), 'what expires is there');
      }
    },
  },
  {
    name: 'ice: the credentials of two peers are not the same',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      if (a.welcome.iceExpiresInMs === undefined) return; // nothing is made for anybody
      const [ofA, ofB] = [a, b].map(({ welcome }) => welcome.iceServers.flatMap(credentialOf));
      assert(!ofA?.some((credential) => ofB?.includes(credential)), 'each has its own');
    },
  },
  {
    name: 'ice: who comes back is welcome with the same servers, good as long as for anybody',
    async run(t) {
      const { b } = await t.halfPair();
      const again = await t.resume(b);
      assertMembers(again.welcome, { resumed: true, iceExpiresInMs: b.welcome.iceExpiresInMs }, 'welcome');
      assertEqual(again.welcome.iceServers.map(urlsOf), b.welcome.iceServers.map(urlsOf), 'URLs');
    },
  },
];

async function connectFor(t: Parameters<Case['run']>[0]) {
  const client = await t.connect();
  const welcomeAtMs = performance.now();
  return {
    welcome: client.welcome,
    ask: () => client.request({ type: 'ice' }, 'ice-servers'),
    elapsedMs: () => performance.now() - welcomeAtMs,
  };
}

const urlsOf = ({ urls }: IceServer) => [urls].flat();
const credentialOf = ({ credential }: IceServer) => credential ?? [];
const isIceUrl = (url: string) => /^(stun|turn)s?:[^/]/.test(url);
const isTurnUrl = (url: string) => url.startsWith('turn');
