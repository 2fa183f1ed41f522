import type { Outgoing } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startOwnRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import {
  expectUnavailable,
  expectUndisturbed,
  signalTo,
  statusAt,
  untilDelivered,
  verdictsTo,
} from './support/answers.ts';
import { Cable } from './support/cable.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** A row lives eight seconds from a beat that was at most two seconds ago. */
const ROW_LAPSES_AFTER_MS = 6_000;
/** Counted from a beat that was at most two seconds ago. */
const UNREADY_AFTER_MS = 10_000;
const BEAT_MS = 2_000;

describe.runIf(has('redis-server'))('this node alone cut off', () => {
  const stage = Stage.forEachTest();

  it('passes no verdict, keeps its sockets, and is unready after 10 s; the others see its peers go once its row has lapsed', async () => {
    const { cable, nodes, members } = await gather();
    const [here, beside, far] = members as [RawClient, RawClient, RawClient];
    const [alone] = nodes as [NodeProcess];
    cable.cut();
    const cutMs = performance.now();
    const sinceMs = () => performance.now() - cutMs;

    const isAway = (told: Outgoing) => told.type === 'peer-away' && told.peer === here.welcome.peer;
    const verdict = until('a verdict about it', () => verdictsTo(far).some(isAway) && sinceMs(), 20_000);
    const unready = until(
      'unreadiness',
      async () => (await statusAt(alone, '/readyz')) === 503 && sinceMs(),
      20_000,
    );
    await expectUnavailable(here, [signalTo(far, 'hall', 'unheard'), { type: 'join', room: 'elsewhere' }]);
    await here.request(signalTo(beside, 'hall', 'near'), 'delivered');
    expect(await verdict).toBeGreaterThan(ROW_LAPSES_AFTER_MS);
    expect(await unready).toBeGreaterThan(UNREADY_AFTER_MS - BEAT_MS);
    expect(await statusAt(alone, '/livez')).toBe(200);
    await here.request(signalTo(beside, 'hall', 'still near'), 'delivered');
    // The control is the other node: it could ask, so it passed a verdict.
    expectUndisturbed([here, beside]);
    expect(() => expectUndisturbed([far])).toThrow(/deeply equal \[\]/);

    cable.mend();
    await untilGathered(nodes, 20_000);
    await far.next('peer-back', 20_000);
    await untilDelivered(far, here, 'hall', 20_000);
    await untilDelivered(here, far, 'hall', 20_000);
    expectUndisturbed([here, beside]);
  });

  it('for less than its row lives: nobody is told anything, and it was ready all the time', async () => {
    const { cable, nodes, members } = await gather();
    const [here, , far] = members as [RawClient, RawClient, RawClient];
    const readiness = new Set<number>();
    cable.cut();
    const cutMs = performance.now();
    await until('some seconds', async () => {
      readiness.add(await statusAt(nodes[0]!, '/readyz'));
      return performance.now() > cutMs + 4_500;
    });
    cable.mend();
    await untilDelivered(here, far, 'hall');
    await untilDelivered(far, here, 'hall');
    await untilAcquainted(members, 'hall');
    expectUndisturbed(members);
    expect([...readiness]).toEqual([200]);
  });

  /** Two on the node with the cable and one on the other, in one room. */
  async function gather() {
    const redis = await stage.keep(startOwnRedis());
    const cable = await stage.keep(Cable.to(redis));
    const nodes = await stage.nodes([cable.url, redis.url]);
    const [alone, other] = nodes as [NodeProcess, NodeProcess];
    return { cable, nodes, members: await stage.meet('hall', [alone, alone, other]) };
  }
});
