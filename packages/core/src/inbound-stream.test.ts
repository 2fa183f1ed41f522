import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import type { ReceiptEnvelope } from './envelope.ts';
import { InboundStream } from './inbound-stream.ts';

describe('what one other node has sent', () => {
  it('is taken in order', () => {
    const { stream } = start();
    expect([1, 2, 3].map((n) => stream.advance(n))).toEqual(['next', 'next', 'next']);
  });

  it('is acknowledged once a turn', async () => {
    const { clock, stream, receipts } = start();
    for (const n of [1, 2, 3]) {
      stream.advance(n);
      stream.open(n)('delivered');
    }
    await clock.flush();
    expect(receipts).toEqual([receipt({ after: 0, upTo: 3 })]);
    await clock.flush();
    expect(receipts).toHaveLength(1);
  });

  it('is refused where the numbers jump, and what was jumped over is never taken later', async () => {
    const { clock, stream, receipts } = start();
    stream.advance(1);
    expect(stream.advance(5)).toBe('jumped');
    expect([2, 4, 5].map((n) => stream.advance(n))).toEqual(['passed', 'passed', 'passed']);
    await clock.flush();
    expect(receipts).toEqual([receipt({ after: 0, upTo: 5, refused: [[2, 4, 'missed']] })]);
  });

  it('stays open until its outcome is known, which a later receipt tells', async () => {
    const { clock, stream, receipts } = start();
    const settles = [1, 2, 3].map((n) => {
      stream.advance(n);
      return stream.open(n);
    });
    settles[0]?.('delivered');
    await clock.flush();
    settles[2]?.('gone');
    settles[1]?.('delivered');
    await clock.flush();
    expect(receipts).toEqual([
      receipt({ after: 0, upTo: 3, open: [2, 3] }),
      receipt({ after: 3, upTo: 3, refused: [[3, 3, 'gone']], settled: [2] }),
    ]);
  });

  it('has one outcome', async () => {
    const { clock, stream, receipts } = start();
    stream.advance(1);
    const settle = stream.open(1);
    settle('gone');
    settle('delivered');
    await clock.flush();
    settle('delivered');
    await clock.flush();
    expect(receipts).toEqual([receipt({ after: 0, upTo: 1, refused: [[1, 1, 'gone']] })]);
  });

  it('is acknowledged from where the last receipt ended, whether that arrived or not', async () => {
    const { clock, stream, receipts } = start();
    stream.advance(1);
    await clock.flush();
    stream.advance(2);
    await clock.flush();
    expect(receipts.map(({ after, upTo }) => [after, upTo])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});

function start() {
  const clock = new FakeClock();
  const receipts: ReceiptEnvelope[] = [];
  return { clock, receipts, stream: new InboundStream(clock, (each) => receipts.push(each)) };
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
