import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { unlimited } from '../../support/unlimited.ts';
import { until } from '../../support/until.ts';
import { freshAddress } from '../support/names.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { ABUSES, type AbuseName } from './abuses.ts';
import { startAbuser } from './start-abuser.ts';
import { Village } from './village.ts';

const PAIRS = 50;
/** A second and a half. */
const ROUNDS = 30;
const TOKEN = 'a-public-token-of-the-village';

/** With the limits that a node has by default. */
const byDefault = Object.fromEntries(Object.keys(unlimited).map((name) => [name, '']));

describe(`${PAIRS} honest pairs, beside somebody who`, () => {
  let node: WatchedNode;
  let village: Village;
  beforeAll(async () => {
    node = await WatchedNode.start({
      ...byDefault,
      PARLEY_PUBLIC_TOKENS: TOKEN,
      PARLEY_TRUSTED_PROXIES: '127.0.0.1',
    });
    village = await Village.settle(node.url, TOKEN, PAIRS);
  });
  afterAll(async () => {
    await village.leave();
    await node.stop();
  });

  it.each(Object.keys(ABUSES) as AbuseName[])('floods the node with %s, lose nothing', async (kind) => {
    const address = freshAddress();
    node.secrets.add('address', address);
    const abuser = await startAbuser(kind, { url: node.url, token: TOKEN, address });
    const day = await village.live(ROUNDS);
    await until('the abuser to have been one', () => abuser.done > 1_000, 60_000);
    await abuser.stop();
    expect(day).toMatchObject({ said: PAIRS * ROUNDS, heard: PAIRS * ROUNDS });
    // From elsewhere anybody comes in as ever.
    expect(await node.knock()).toBe('welcome');
  });
});
