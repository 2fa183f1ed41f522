import { describe, expect, it } from 'vitest';

import { pack, unpack } from './bare-batch.ts';

describe('a batch of the bare relay', () => {
  it('carries every message to its name, in order, empty ones too', () => {
    const said = [
      ['r1-0.1', 'an offer'],
      ['r1-1.0', ''],
      ['r1-0.1', 'ü'],
    ] as const;
    const batch = Buffer.concat(said.flatMap(([to, text]) => pack(to, bytesOf(text))));
    expect([...unpack(batch)].map(([to, message]) => [to, message.toString()])).toEqual(said);
  });

  it('keeps a message though the buffer it came in is written over', () => {
    const intake = bytesOf('an offer');
    const parts = pack('x', intake);
    new Uint8Array(intake).fill(0);
    expect([...unpack(Buffer.concat(parts))][0]?.[1].toString()).toBe('an offer');
  });
});

function bytesOf(text: string): ArrayBuffer {
  const bytes = new TextEncoder().encode(text);
  return bytes.buffer.slice(0, bytes.byteLength);
}
