import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startRedis, uniquePrefix, type SharedRedis } from '../../support/redis.ts';
import { untilGathered } from '../support/gathered.ts';
import { freshAddress, freshName } from '../support/names.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { jwtOf, NODES, trusting } from './nodes.ts';
import { answerTo, times } from './play.ts';

/**
 * So many a minute of each. More joins than codes, because who tries a code draws from both; and not so many that one session is
 * refused 128 times, which would end it.
 */
const LIMITS = { upgrades: 60, joins: 40, codes: 30 } as const;

const settings = {
  ...trusting,
  PARLEY_PUBLIC_TOKENS: NODES.usual.PARLEY_PUBLIC_TOKENS,
  PARLEY_JWT_SECRET: NODES.usual.PARLEY_JWT_SECRET,
  PARLEY_JWT_ISSUER: NODES.usual.PARLEY_JWT_ISSUER,
  PARLEY_JWT_AUDIENCE: NODES.usual.PARLEY_JWT_AUDIENCE,
  PARLEY_UPGRADES_PER_MINUTE: String(LIMITS.upgrades),
  PARLEY_JOINS_PER_MINUTE: String(LIMITS.joins),
  PARLEY_CODES_PER_MINUTE: String(LIMITS.codes),
};

/** Tries four times as often as is allowed, so that three nodes have to refuse as well; what came of each try. */
type Try = (nodes: readonly WatchedNode[]) => Promise<string[]>;

/** Attempts to connect, of one address. */
const upgrades: Try = (nodes) => {
  const from = freshAddress();
  return times(4 * LIMITS.upgrades, (index) => nodes[index % nodes.length]!.check({ from }));
};

/** Joins of one peer, which moves from node to node: it has one session at a time. */
const joins: Try = async (nodes) => {
  const peer = freshName('peer');
  const answers: string[] = [];
  for (const node of nodes) {
    const client = await node.enter({ credential: jwtOf({ peer, sub: peer }) });
    const join = () => answerTo(client, { type: 'join', room: freshName() });
    answers.push(...(await times((4 * LIMITS.joins) / nodes.length, join)));
    await client.close();
  }
  return answers;
};

/** Codes that somebody tries, from one address, with a session on each node. */
const guesses: Try = async (nodes) => {
  const from = freshAddress();
  const clients = await Promise.all(nodes.map((node) => node.enter({ from })));
  const guess = { type: 'join', room: 'ABCD-EFGH' };
  return times(4 * LIMITS.codes, (index) => answerTo(clients[index % clients.length]!, guess));
};

describe('of three nodes,', () => {
  let redis: SharedRedis;
  let together: readonly WatchedNode[] = [];
  let apart: readonly WatchedNode[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    const shared = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: uniquePrefix() };
    const three = (more: NodeJS.ProcessEnv) =>
      Promise.all(Array.from({ length: 3 }, () => WatchedNode.start({ ...settings, ...more })));
    [together, apart] = await Promise.all([three(shared), three({})]);
    await untilGathered(together);
  });
  afterAll(async () => {
    await Promise.all([...together, ...apart].map((node) => node.stop()));
    await redis.stop();
  });

  it.each([
    ['attempts to connect', LIMITS.upgrades, upgrades],
    ['joins', LIMITS.joins, joins],
    ['codes that are tried', LIMITS.codes, guesses],
  ])(
    '%s get through as often as of one, and three times as often where nothing is shared',
    async (_what, limit, tryAll) => {
      /** How many of them got through: without those that came back meanwhile, and with those of which the limiter was asked in vain. */
      const count = async (nodes: readonly WatchedNode[]) => {
        const startedMs = performance.now();
        const answers = await tryAll(nodes);
        const refilled = Math.floor(((performance.now() - startedMs) / 60_000) * limit);
        const spent = answers.filter((answer) => !answer.includes('rate-limited'));
        const through = spent.filter((answer) => !answer.includes('cluster-unavailable'));
        return { least: through.length - refilled, most: spent.length };
      };
      const one = await count(together.slice(0, 1));
      const three = await count(together);
      const threeApart = await count(apart);
      for (const { least, most } of [one, three]) {
        expect(least, `${least} to ${most} of ${limit}`).toBeLessThanOrEqual(limit * 1.05);
        expect(most).toBeGreaterThanOrEqual(limit * 0.95);
      }
      expect(threeApart.most / limit, 'where nothing is shared').toBeGreaterThan(2.5);
    },
  );
});
