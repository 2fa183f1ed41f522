import { describe, expect, it } from 'vitest';
import type { NodeId } from '@parley/protocol';
import { busContract, FakeClock, SeededRandom } from '../contract/index.ts';
import type { Envelope } from '../envelope.ts';
import type { Inbox } from '../ports/bus.ts';
import { MemoryBus } from './bus.ts';
import { type Fate, MemoryNetwork } from './network.ts';

busContract('memory', async () => {
  const clock = new FakeClock();
  const network = new MemoryNetwork({ clock });
  return {
    open: (node) => new MemoryBus({ network, node, clock }),
    advance: (ms) => clock.advance(ms),
    close: async () => {},
  };
});

busContract('memory, with delays', async () => {
  const clock = new FakeClock();
  const random = new SeededRandom(1);
  const network = new MemoryNetwork({ clock, fate: () => random.below(30) });
  return {
    open: (node) => new MemoryBus({ network, node, clock }),
    advance: (ms) => clock.advance(ms),
    close: async () => {},
  };
});

describe('memory network', () => {
  it('loses what it is told to lose, and says nothing', async () => {
    const { clock, send, heard, failed } = await pair((n) => (n === 2 ? 'lost' : 1));
    for (const token of ['1', '2', '3']) {
      send(token);
      await clock.flush();
    }
    await clock.advance(10);

    expect(heard).toEqual(['1', '3']);
    expect(failed).toEqual([]);
  });

  it('tells the sender what it did not take', async () => {
    const { clock, send, heard, failed } = await pair((n) => (n === 1 ? 'refused' : 1));
    send('1');
    send('2');
    expect(failed).toEqual([]);
    await clock.flush();
    send('3');
    await clock.advance(10);

    expect(heard).toEqual(['3']);
    expect(failed).toEqual(['1', '2']);
  });

  it('keeps the order of a pair when a later batch is the quicker one', async () => {
    const { clock, network, send, heard } = await pair((n) => 100 - n);
    for (let n = 1; n <= 50; n += 1) {
      send(`${n}`);
      await clock.flush();
    }
    await clock.advance(100);

    expect(network.linesForTesting).toBe(0);
    expect(heard).toEqual(Array.from({ length: 50 }, (_, n) => `${n + 1}`));
  });

  it('loses what is under way to an inbox that was given up', async () => {
    const { clock, send, heard, two } = await pair(() => 10);
    send('under way');
    await clock.flush();
    two.rebuild();
    await clock.advance(20);
    expect(heard).toEqual([]);

    send('to the new inbox');
    await clock.advance(20);
    expect(heard).toEqual(['to the new inbox']);
  });

  it('takes what was sent in the turn that stops', async () => {
    const { clock, send, heard, one } = await pair(() => 1);
    send('goodbye');
    await one.stop();
    send('too late');
    await clock.advance(10);

    expect(heard).toEqual(['goodbye']);
  });
});

/** Two buses; `fateOf` decides for the n-th batch from one to two. */
async function pair(fateOf: (n: number) => Fate) {
  const clock = new FakeClock();
  let batches = 0;
  const network = new MemoryNetwork({ clock, fate: () => fateOf((batches += 1)) });
  const [one, two] = ['one', 'two'].map(
    (node) => new MemoryBus({ network, node: node as NodeId, clock }),
  ) as [MemoryBus, MemoryBus];
  const [heard, failed]: [string[], string[]] = [[], []];
  const tokens = (envelopes: readonly Envelope[]) =>
    envelopes.map((envelope) => (envelope.kind === 'probe' ? envelope.token : ''));
  const deaf = { received: () => {}, failed: () => {} };
  await one.start({
    ...deaf,
    resubscribed() {},
    failed: (_to: Inbox, envelopes) => void failed.push(...tokens(envelopes)),
  });
  await two.start({
    ...deaf,
    resubscribed() {},
    received: (_from, envelopes) => void heard.push(...tokens(envelopes)),
  });
  const send = (token: string) => one.send(two.inbox, { kind: 'probe', token });
  return { clock, network, one, two, send, heard, failed };
}
