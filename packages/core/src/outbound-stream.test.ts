import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import type { ReceiptEnvelope } from './envelope.ts';
import { OutboundStream } from './outbound-stream.ts';

describe('what was sent to one other node', () => {
  it('is numbered from one, without gaps, also where nobody waits for an outcome', () => {
    const { stream } = start();
    expect([stream.next(), stream.next(() => {}), stream.next()]).toEqual([1, 2, 3]);
    expect(stream.pending).toBe(1);
  });

  it('is delivered when a receipt covers it, but for what is refused or open', async () => {
    const { stream, send, outcomes } = start();
    send(5);
    stream.receive(receipt({ after: 0, upTo: 5, refused: [[2, 3, 'missed']], open: [4] }));
    expect(outcomes).toEqual({ 1: 'delivered', 2: 'missed', 3: 'missed', 5: 'delivered' });
    stream.receive(receipt({ after: 5, upTo: 5, settled: [4] }));
    expect(outcomes[4]).toBe('delivered');
  });

  it('is unknown when its receipt was lost: the next one does not speak for it', async () => {
    const { clock, stream, send, outcomes } = start();
    send(4);
    stream.receive(receipt({ after: 2, upTo: 4 }));
    expect(outcomes).toEqual({ 3: 'delivered', 4: 'delivered' });
    await clock.advance(2_000);
    expect(outcomes).toEqual({ 1: 'timeout', 2: 'timeout', 3: 'delivered', 4: 'delivered' });
  });

  it('is unknown after two seconds, each number after its own, and one timer serves them all', async () => {
    const { clock, stream, send, outcomes } = start();
    send(1);
    await clock.advance(1_500);
    send(1);
    expect(clock.timersForTesting).toBe(1);
    await clock.advance(500);
    expect(outcomes).toEqual({ 1: 'timeout' });
    await clock.advance(1_500);
    expect(outcomes).toEqual({ 1: 'timeout', 2: 'timeout' });
    expect(clock.timersForTesting).toBe(0);
    expect(stream.pending).toBe(0);
  });

  it('is unknown after two seconds also when whoever hears that sends again at once', async () => {
    const { clock, stream, send, outcomes } = start();
    stream.next(() => send(1));
    await clock.advance(10);
    send(1);
    await clock.advance(1_990);
    expect(outcomes).toEqual({});
    await clock.advance(10);
    expect(outcomes).toEqual({ 2: 'timeout' });
    expect(clock.timersForTesting).toBe(1);
    await clock.advance(1_990);
    expect(outcomes).toEqual({ 2: 'timeout', 3: 'timeout' });
  });

  it('has one outcome, whatever is said later', async () => {
    const { clock, stream, send, counts } = start();
    send(2);
    await clock.advance(2_000);
    stream.receive(receipt({ after: 0, upTo: 2 }));
    stream.settle(1, 'unavailable');
    stream.end();
    expect(counts).toEqual({ 1: 1, 2: 1 });
  });

  it('is not impressed by a receipt for what was never sent, however long it is', () => {
    const { stream, send, outcomes } = start();
    send(1);
    const wild = receipt({ after: 5, upTo: 9e15, refused: [[7, 9e15, 'gone']], settled: [99] });
    stream.receive(wild);
    expect(outcomes).toEqual({});
  });

  it('is unknown when the node has ended, and the numbers go on', () => {
    const { clock, stream, send, outcomes } = start();
    send(2);
    stream.end();
    expect(outcomes).toEqual({ 1: 'timeout', 2: 'timeout' });
    expect(clock.timersForTesting).toBe(0);
    expect(stream.next()).toBe(3);
  });

  it('is unknown when the node has ended, also what is sent by whoever hears so', () => {
    const { clock, stream, send, outcomes } = start();
    stream.next(() => send(1));
    stream.end();
    expect(outcomes).toEqual({ 2: 'timeout' });
    expect(clock.timersForTesting).toBe(0);
  });
});

function start() {
  const clock = new FakeClock();
  const stream = new OutboundStream(clock, 0);
  const outcomes: Record<number, string> = {};
  const counts: Record<number, number> = {};
  function send(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const n: number = stream.next((outcome) => {
        outcomes[n] = outcome;
        counts[n] = (counts[n] ?? 0) + 1;
      });
    }
  }
  return { clock, stream, send, outcomes, counts };
}

const receipt = (more: Partial<ReceiptEnvelope>): ReceiptEnvelope => ({
  kind: 'receipt',
  after: 0,
  upTo: 0,
  refused: [],
  open: [],
  settled: [],
  ...more,
});
