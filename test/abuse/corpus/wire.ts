import { close, frame, OPCODE, text } from '../support/frames.ts';
import { MARK } from '../support/mark.ts';
import { all, closed, pong, UNREADABLE, type FrameThemes } from './row.ts';
import { broken, bytes, LIMIT_BYTES, NOT_UTF8, PING, plain, PROTOCOL_ERROR } from './wire-row.ts';

/** A ping of exactly so many bytes. */
const padded = (size: number) => PING.padEnd(size);

/** The first fragment of a message. */
const begin = (payload: Uint8Array | string) => text(payload, { ...plain, fin: false });
const more = (payload: Uint8Array | string) => frame(OPCODE.continuation, payload, { ...plain, fin: false });
const last = (payload: Uint8Array | string) => frame(OPCODE.continuation, payload, plain);

/** A ping in whose id these bytes stand. */
const pingAround = (inside: Uint8Array) =>
  Buffer.concat([Buffer.from('{"type":"ping","id":"'), inside, Buffer.from('"}')]);

const invalidUtf8: Readonly<Record<string, Uint8Array>> = {
  'a byte that never stands in UTF-8': bytes(0xff),
  'another byte that never stands in UTF-8': bytes(0xfe),
  'a continuation byte alone': bytes(0x80),
  'the beginning of a character alone': bytes(0xc3),
  'a character of three bytes without its last': bytes(0xe2, 0x82),
  'a character of four bytes without its last': bytes(0xf0, 0x9f, 0x91),
  'a letter in the middle of a character': bytes(0xe2, 0x41, 0x82),
  'a slash in two bytes': bytes(0xc0, 0xaf),
  'a slash in three bytes': bytes(0xe0, 0x80, 0xaf),
  'a slash in four bytes': bytes(0xf0, 0x80, 0x80, 0xaf),
  'a NUL in two bytes': bytes(0xc0, 0x80),
  'half a surrogate pair': bytes(0xed, 0xa0, 0xbd),
  'a surrogate pair': bytes(0xed, 0xa0, 0xbd, 0xed, 0xb1, 0x8b),
  'a character beyond the last': bytes(0xf4, 0x90, 0x80, 0x80),
  'a character of five bytes': bytes(0xf8, 0x88, 0x80, 0x80, 0x80),
  'Latin-1': Buffer.from('r\u00e4ume', 'latin1'),
  'UTF-16': Buffer.from('\uFEFFping', 'utf16le'),
};

/** One fragment a byte, all in one piece. */
const inFragmentsOfOne = (message: string) =>
  Buffer.concat([
    begin(message.slice(0, 1)),
    ...Array.from(message.slice(1, -1), (letter) => more(letter)),
    last(message.slice(-1)),
  ]);

/** What stands below messages: frames, their lengths, masks and order (RFC 6455, section 5). */
export const wire: FrameThemes = {
  'a message of a size': [
    { name: 'one byte under the limit', send: padded(LIMIT_BYTES - 1), answers: [pong(MARK)] },
    { name: 'at the limit', send: padded(LIMIT_BYTES), answers: [pong(MARK)] },
    ...all(
      { end: closed('too-big') },
      {
        'one byte over the limit': padded(LIMIT_BYTES + 1),
        'one byte over the limit, of characters of two bytes': 'ä'.repeat(LIMIT_BYTES / 2) + 'x',
        'one byte over the limit, in two fragments': [begin(padded(LIMIT_BYTES)), last(' ')],
        'one byte over the limit, and then another message': [padded(LIMIT_BYTES + 1), PING],
        'twice the limit': padded(2 * LIMIT_BYTES),
        'a binary frame over the limit': frame(OPCODE.binary, Buffer.alloc(LIMIT_BYTES + 1)),
      },
    ),
    // A library's own limit is twice ours: uWebSockets.js cuts, ws answers by itself and knows no reason.
    ...all(
      { end: broken(1009) },
      {
        'one byte over twice the limit': padded(2 * LIMIT_BYTES + 1),
        'ten times the limit': padded(10 * LIMIT_BYTES),
        'a length of 2 GB, and nothing': text('', { claims: 0x7fff_ffff }),
        'a length of 2^32, and nothing': text('', { claims: 0x1_0000_0000 }),
        'over twice the limit in fragments': [
          begin(padded(LIMIT_BYTES)),
          more(padded(LIMIT_BYTES)),
          last(' '),
        ],
      },
    ),
    {
      name: 'a message in fragments that never ends',
      send: [begin('{'), ...Array.from({ length: (2 * LIMIT_BYTES) / 1_024 }, () => more(' '.repeat(1_024)))],
      end: broken(1009),
    },
    { name: 'a message of 65,000 characters that is no JSON', send: MARK.repeat(6_500), answers: UNREADABLE },
  ],

  'a length that is written wrongly': [
    // Section 5.2 wants the shortest form; neither library insists, and nothing comes of it.
    {
      name: 'a small length in two bytes',
      send: text(PING, { ...plain, lengthBytes: 2 }),
      answers: [pong(MARK)],
    },
    {
      name: 'a small length in eight bytes',
      send: text(PING, { ...plain, lengthBytes: 8 }),
      answers: [pong(MARK)],
    },
    { name: 'no length in eight bytes', send: text('', { ...plain, lengthBytes: 8 }), answers: UNREADABLE },
    ...all(
      { end: broken(1009) },
      {
        'a length of 2^63': text('', { claims: 1n << 63n, lengthBytes: 8 }),
        'the largest length': text('', { claims: (1n << 64n) - 1n, lengthBytes: 8 }),
        'a length of 2^53': text('', { claims: 1n << 53n, lengthBytes: 8 }),
      },
    ),
    {
      name: 'a length that is longer than what follows',
      send: text(PING, { ...plain, claims: 125 }),
      unfinished: 'frame',
      end: 'cut',
    },
    {
      name: 'a frame without its last byte',
      send: text(PING, plain).subarray(0, -1),
      unfinished: 'frame',
      end: 'cut',
    },
    {
      name: 'half a head of a frame',
      send: text(' '.repeat(200)).subarray(0, 3),
      unfinished: 'frame',
      end: 'cut',
    },
  ],

  'a message in fragments': [
    { name: 'each of one byte', send: inFragmentsOfOne(PING), answers: [pong(MARK)] },
    { name: 'with a ping after each', send: [...inFragmentsWithPings(PING)], answers: [pong(MARK)] },
    {
      name: '10,000 empty ones and then a message',
      send: Buffer.concat([begin(''), ...Array.from({ length: 10_000 }, () => more('')), last(PING)]),
      answers: [pong(MARK)],
    },
    { name: 'empty ones only', send: Buffer.concat([begin(''), more(''), last('')]), answers: UNREADABLE },
    {
      name: 'split within a character',
      send: [
        begin(Buffer.from('{"type":"ping","id":"\u{1F44B}"}').subarray(0, 23)),
        last(Buffer.from('{"type":"ping","id":"\u{1F44B}"}').subarray(23)),
      ],
      answers: [pong('\u{1F44B}')],
    },
    { name: 'that never ends', send: [begin('{"type":"ping"'), more(',')], unfinished: 'message' },
    { name: 'that is never continued', send: begin(`{"type":"ping","id":"${MARK}`), unfinished: 'message' },
    ...all(
      { end: PROTOCOL_ERROR },
      {
        'a continuation of nothing': last(PING),
        'a continuation of nothing that does not end': more(PING),
        'a new message within a message': [begin('{"type":"ping"'), text(PING, plain)],
        'a new message in fragments within a message': [begin('{'), begin('{')],
      },
    ),
    {
      // uWebSockets.js takes it for a message of its own.
      name: 'a binary message within a message',
      send: [begin('{'), frame(OPCODE.binary, 'x', plain)],
      end: { ...PROTOCOL_ERROR, uws: closed('unsupported-data') },
    },
    {
      // ws counts fragments and answers 1008; uWebSockets.js counts only their bytes.
      name: '20,000 empty ones',
      send: Buffer.concat([begin(''), ...Array.from({ length: 20_000 }, () => more(''))]),
      unfinished: 'message',
      end: { uws: 'lives', ws: { close: 1008, reason: '' } },
    },
    ...all(
      { end: NOT_UTF8 },
      {
        'a character that is begun and not ended': [begin(bytes(0xe2)), last('x')],
        'invalid UTF-8 in the last fragment': [begin('{"type":"'), last(bytes(0xff))],
      },
    ),
  ],

  'a mask': [
    { name: 'of zeros', send: text(PING, plain), answers: [pong(MARK)] },
    {
      name: 'of ones',
      send: text(PING.replace(MARK, 'x'), { mask: [255, 255, 255, 255] }),
      answers: [pong('x')],
    },
  ],

  // uWebSockets.js takes the first four bytes for a mask and waits for the rest, which never comes: what was meant is never read.
  'a frame that is not masked': all(
    { unfinished: 'frame', end: PROTOCOL_ERROR },
    {
      'a message': text(PING, { mask: false }),
      'a ping': frame(OPCODE.ping, 'x', { mask: false }),
      'a close frame': close(1000, '', { mask: false }),
      'an empty message': text('', { mask: false }),
    },
  ),

  'a text frame that is no UTF-8': Object.entries(invalidUtf8).flatMap(([name, inside]) => [
    { name: `${name} in a message`, send: text(pingAround(inside), plain), end: NOT_UTF8 },
  ]),

  'a binary frame': all(
    { end: closed('unsupported-data') },
    {
      'of nothing': frame(OPCODE.binary, '', plain),
      'with a message': frame(OPCODE.binary, PING, plain),
      'in fragments': [frame(OPCODE.binary, '{', { ...plain, fin: false }), last('}')],
      'at the limit': frame(OPCODE.binary, Buffer.alloc(LIMIT_BYTES)),
      'and then a message': [frame(OPCODE.binary, 'x', plain), text(PING, plain)],
    },
  ),

  'bytes that are no frames': [
    {
      name: 'a second handshake',
      send: Buffer.from(`GET /v1/connect HTTP/1.1\r\nHost: ${MARK}\r\n\r\n`),
      end: PROTOCOL_ERROR,
    },
    { name: 'zeros', send: Buffer.alloc(100_000), end: PROTOCOL_ERROR },
    { name: 'ones', send: Buffer.alloc(100_000, 0xff), end: PROTOCOL_ERROR },
    {
      name: 'a TLS hello',
      send: bytes(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03),
      end: PROTOCOL_ERROR,
    },
  ],

  'too much of it': [
    {
      name: '10,000 messages in one piece',
      send: Buffer.concat(
        Array.from({ length: 10_000 }, (_, index) => text(`{"type":"ping","id":${index}}`)),
      ),
      answers: Array.from({ length: 10_000 }, (_, index) => pong(index)),
    },
    {
      name: '21 bad messages',
      send: Buffer.concat(Array.from({ length: 21 }, () => text(MARK))),
      answers: Array.from({ length: 21 }, () => UNREADABLE[0]),
      end: closed('protocol-violation'),
    },
    {
      name: '10,000 bad messages, of which 21 are answered',
      send: Buffer.concat(Array.from({ length: 10_000 }, () => text('x'))),
      answers: Array.from({ length: 21 }, () => UNREADABLE[0]),
      end: closed('protocol-violation'),
    },
    {
      name: 'unknown types count as bad messages',
      send: Buffer.concat(Array.from({ length: 21 }, () => text('{"type":"x"}'))),
      answers: Array.from({ length: 21 }, () => ({ type: 'error', code: 'unknown-type' })),
      end: closed('protocol-violation'),
    },
  ],
};

/** One fragment a byte, and a ping behind each. */
function* inFragmentsWithPings(message: string): Generator<Uint8Array> {
  const ping = frame(OPCODE.ping, 'x');
  yield begin(message.slice(0, 1));
  for (const letter of message.slice(1, -1)) yield Buffer.concat([ping, more(letter)]);
  yield Buffer.concat([ping, ping, last(message.slice(-1))]);
}
