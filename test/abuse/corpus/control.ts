import { close, frame, OPCODE, text } from '../support/frames.ts';
import { MARK } from '../support/mark.ts';
import { all, type FrameRow, type FrameThemes } from './row.ts';
import { bytes, NO_CODE, NOT_UTF8, PING, plain, PROTOCOL_ERROR } from './wire-row.ts';

const begin = text('{', { ...plain, fin: false });

const closing = (name: string, send: Uint8Array, end: NonNullable<FrameRow['end']>): FrameRow => ({
  name,
  send,
  end,
});

/** Control frames, and what of a frame is reserved (RFC 6455, sections 5.2 and 5.5). */
export const control: FrameThemes = {
  'a bit that is reserved': all(
    { end: PROTOCOL_ERROR },
    {
      'RSV1, as if compressed': text(PING, { ...plain, reserved: 0x40 }),
      RSV2: text(PING, { ...plain, reserved: 0x20 }),
      RSV3: text(PING, { ...plain, reserved: 0x10 }),
      'all three': text(PING, { ...plain, reserved: 0x70 }),
      'RSV1 of a ping': frame(OPCODE.ping, '', { ...plain, reserved: 0x40 }),
      'RSV2 of a close frame': close(1000, '', { ...plain, reserved: 0x20 }),
    },
  ),

  'an opcode that is reserved': all(
    { end: PROTOCOL_ERROR },
    Object.fromEntries(
      [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].map((opcode) => [
        `0x${opcode.toString(16)}`,
        frame(opcode, PING, plain),
      ]),
    ),
  ),

  'a control frame': [
    ...all(
      { end: PROTOCOL_ERROR },
      {
        'a ping of 126 bytes': frame(OPCODE.ping, 'x'.repeat(126), plain),
        'a pong of 126 bytes': frame(OPCODE.pong, 'x'.repeat(126), plain),
        'a ping of 65,536 bytes': frame(OPCODE.ping, 'x'.repeat(65_536), plain),
        'a close frame of 126 bytes': close(1000, 'x'.repeat(124), plain),
        'a ping in fragments': frame(OPCODE.ping, 'x', { ...plain, fin: false }),
        'a close frame in fragments': close(1000, '', { ...plain, fin: false }),
      },
    ),
    { name: 'a ping of 125 bytes', send: frame(OPCODE.ping, MARK.padEnd(125), plain) },
    { name: 'a ping that is no UTF-8', send: frame(OPCODE.ping, bytes(0xff, 0xfe), plain) },
    { name: 'a pong that nobody asked for', send: frame(OPCODE.pong, MARK, plain) },
    {
      name: '50 pings in one piece',
      send: Buffer.concat(Array.from({ length: 50 }, () => frame(OPCODE.ping, 'x'))),
    },
    {
      // ws cuts the connection of whoever sends 60 pings while the pongs of others wait to be written.
      name: '10,000 pings in one piece',
      send: Buffer.concat(Array.from({ length: 10_000 }, () => frame(OPCODE.ping, 'x'))),
      end: { uws: 'lives', ws: 'cut' },
    },
    {
      name: '10,000 pongs in one piece',
      send: Buffer.concat(Array.from({ length: 10_000 }, () => frame(OPCODE.pong, ''))),
    },
  ],

  'a close frame': [
    closing('without a code', frame(OPCODE.close, '', plain), NO_CODE),
    // Whoever closes hears its own reason again.
    closing('1000', close(1000, MARK, plain), { close: 1000, reason: MARK }),
    closing('1001', close(1001, MARK, plain), { close: 1001, reason: MARK }),
    closing('4999', close(4_999, MARK, plain), { close: 4_999, reason: MARK }),
    // uWebSockets.js takes no code between 1011 and 4000 for one.
    closing('3000', close(3_000, MARK, plain), { uws: NO_CODE, ws: { close: 3_000, reason: MARK } }),
    closing('4203, as if it were ours', close(4_203, 'protocol-violation', plain), {
      close: 4_203,
      reason: 'protocol-violation',
    }),
    ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2_000, 2_999, 5_000, 65_535].map((code) =>
      closing(`${code}, which is none`, close(code, '', plain), { ...PROTOCOL_ERROR, uws: NO_CODE }),
    ),
    closing('of one byte', frame(OPCODE.close, bytes(3), plain), { ...PROTOCOL_ERROR, uws: NO_CODE }),
    closing('with a reason that is no UTF-8', close(1000, bytes(0xff), plain), { ...NOT_UTF8, uws: NO_CODE }),
    {
      name: 'and then more',
      send: [close(1000, '', plain), text(PING, plain), close(1001, '', plain)],
      end: { close: 1000, reason: '' },
    },
    {
      name: 'within a message',
      send: [begin, close(1000, '', plain)],
      end: { close: 1000, reason: '' },
    },
  ],
};
