import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FrameScanner } from './frame-scanner.ts';

describe('the frame scanner', () => {
  it('finds the same frames however the bytes were cut', () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 125, 126, 1_400, 65_535, 65_536, 70_000), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 97, max: 3_000 }), { minLength: 1 }), (lengths, cuts) => {
        const payloads = lengths.map((length, index) => Buffer.alloc(length, 65 + index));
        const wire = Buffer.concat(payloads.map((payload) => serverFrame(payload)));
        expect(scan(pieces(wire, cuts)).map(({ payload }) => payload)).toEqual(payloads.map(String));
      }),
      { numRuns: 40 },
    );
  });

  it('tells the opcode', () => {
    expect(scan([serverFrame(Buffer.from('p'), 9)])).toEqual([{ opcode: 9, payload: 'p' }]);
  });

  it('keeps what has not come in full, though the buffer it came in is written over', () => {
    const heard: string[] = [];
    const scanner = new FrameScanner((_opcode, bytes, start, end) =>
      heard.push(bytes.toString('utf8', start, end)),
    );
    const wire = serverFrame(Buffer.from('hello'));
    const intake = Buffer.alloc(16);
    for (const byte of wire) {
      intake.fill(0)[0] = byte;
      scanner.push(intake.subarray(0, 1));
    }
    expect(heard).toEqual(['hello']);
  });
});

function scan(chunks: readonly Buffer[]): { opcode: number; payload: string }[] {
  const heard: { opcode: number; payload: string }[] = [];
  const scanner = new FrameScanner((opcode, bytes, start, end) =>
    heard.push({ opcode, payload: bytes.toString('utf8', start, end) }),
  );
  for (const chunk of chunks) scanner.push(chunk);
  return heard;
}

function* cutting(wire: Buffer, cuts: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < wire.length; turn++) {
    const length = cuts[turn % cuts.length] ?? 1;
    yield wire.subarray(at, at + length);
    at += length;
  }
}

const pieces = (wire: Buffer, cuts: readonly number[]) => [...cutting(wire, cuts)];

/** Unmasked, RFC 6455 section 5.2. */
function serverFrame(payload: Buffer, opcode = 1): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), payload]);
  const header = Buffer.alloc(length > 0xffff ? 10 : 4);
  header[0] = 0x80 | opcode;
  header[1] = length > 0xffff ? 127 : 126;
  if (length > 0xffff) header.writeBigUInt64BE(BigInt(length), 2);
  else header.writeUInt16BE(length, 2);
  return Buffer.concat([header, payload]);
}
