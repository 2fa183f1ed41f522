/** Opcodes of RFC 6455, section 5.2, as far as they are met here. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/**
 * Every frame of a client must be masked (RFC 6455, section 5.3). One key for all is enough here: it is there to protect
 * proxies from pages. It is not zero, because ws skips the work for a zero key, and that would flatter whoever uses it.
 */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A frame as a client sends it, made once and sent as often as needed. Up to 64 KiB. */
export function clientFrame(payload: string | Uint8Array, opcode: number = OPCODE.text): Buffer {
  const bytes = Buffer.from(payload as string);
  const header = headerOf(bytes.length, opcode);
  const frame = Buffer.concat([header, MASK, bytes]);
  for (let at = 0; at < bytes.length; at++) {
    const place = header.length + MASK.length + at;
    frame[place] = (bytes[at] ?? 0) ^ (MASK[at & 3] ?? 0);
  }
  return frame;
}

function headerOf(length: number, opcode: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, 0x80 | length]);
  if (length > 0xffff) throw new RangeError(`a frame of ${length} bytes is more than is ever sent here`);
  return Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff]);
}
