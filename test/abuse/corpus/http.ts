import { frame, OPCODE, text } from '../support/frames.ts';
import { MARK } from '../support/mark.ts';
import {
  all,
  asking,
  authorized,
  bytes,
  CUT,
  malformed,
  NO_HTTP,
  NOT_FOUND,
  request,
  UNREAD,
  WELCOME,
  type RequestThemes,
} from './request-row.ts';

/** The beginning of a TLS connection: a record that holds a ClientHello (RFC 8446, section 5.1). */
const TLS_HELLO = bytes(0x16, 0x03, 0x01, 0x00, 0x2f, 0x01, 0x00, 0x00, 0x2b, 0x03, 0x03);
/** A PROXY protocol v2 header, which names 192.0.2.7 as the source. */
const PROXY_V2 = Buffer.concat([
  Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'),
  bytes(0x21, 0x11, 0, 12, 192, 0, 2, 7, 192, 0, 2, 1, 0xc3, 0x50, 0x01, 0xbb),
]);

/** A request that must not be taken for one: it stands in the body of another. */
const INNER = request('GET /v1/health HTTP/1.1');
const CHUNKED = 'Transfer-Encoding: chunked';
const post = (...headers: string[]) => request('POST / HTTP/1.1', ...headers);
const chunk = (content: string) => `${content.length.toString(16)}\r\n${content}\r\n`;
const LAST_CHUNK = '0\r\n\r\n';

/** It has gone again when it comes in: whether it is still welcomed is a matter of moments. */
const GREETED = [['welcome', 'end'], CUT];
const tooLarge = { uws: CUT, ws: ['431', 'end'] } as const;

/** HTTP as it should not be, and what is no HTTP. */
export const http: RequestThemes = {
  // What stands there is compared with an Origin and used for nothing else.
  'a host': [
    {
      // Node asks for it only where nothing is to be upgraded.
      name: 'that is missing',
      send: authorized().replace('Host: parley.test\r\n', ''),
      outcome: { uws: CUT, ws: ['400 bad-request', 'end'] },
    },
    ...all(['400 bad-request', 'end'], {
      'that is empty': authorized().replace('Host: parley.test', 'Host:'),
      'that comes twice': authorized('Host: evil.example'),
      'with a path': authorized().replace('Host: parley.test', 'Host: parley.test/evil'),
      'that is no host': authorized().replace('Host: parley.test', `Host: <${MARK}>`),
    }),
    ...all(['400 bad-request', 'end'], {
      'that is empty, with an Origin': authorized('Origin: http://parley.test').replace(
        'Host: parley.test',
        'Host:',
      ),
      'that comes twice, with an Origin of the second': authorized(
        'Host: evil.example',
        'Origin: http://evil.example',
      ),
    }),
  ],

  'a version of HTTP': [
    ...malformed({
      '1.2': authorized().replace('HTTP/1.1', 'HTTP/1.2'),
      '11': authorized().replace('HTTP/1.1', 'HTTP/11'),
      'of letters': authorized().replace('HTTP/1.1', `HTTP/${MARK}`),
      'none, but a space': authorized().replace('HTTP/1.1', ''),
      '2, as it begins': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '0.9': 'GET /v1/connect\r\n',
    }),
    // Node does not look at the version of a request that it knows how to read.
    ...all(
      { uws: CUT, ws: GREETED },
      {
        '1.0': authorized().replace('HTTP/1.1', 'HTTP/1.0'),
        '2.0': authorized().replace('HTTP/1.1', 'HTTP/2.0'),
        'of another protocol': authorized().replace('HTTP/1.1', 'RTSP/1.0'),
      },
    ).map((row) => ({ ...row, leaving: 'finish' as const })),
    {
      name: '0.9, with an empty line',
      send: 'GET /v1/connect\r\n\r\n',
      leaving: 'finish',
      outcome: { uws: CUT, ws: ['426 upgrade-required', 'end'] },
    },
  ],

  'a header': [
    ...malformed({
      'without a colon': authorized(MARK),
      'with a space in its name': authorized('X A: b'),
      'with a space behind its name': authorized('X-A : b'),
      'with a NUL in its name': authorized('X\0A: b'),
      'with a NUL in its value': authorized('X-A: b\0c'),
      'with a line end of its own': authorized('X-A: b\rX-B: c'),
      'that goes on in the next line': authorized('X-A: b', ' c'),
      'with letters beyond ASCII in its name': authorized('\u00e4: b'),
    }),
    {
      name: 'without a name',
      send: authorized(': x'),
      leaving: 'finish',
      outcome: { uws: GREETED, ws: ['400', 'end'] },
    },
    // An underscore is no letter of a name to uWebSockets.js.
    {
      name: 'that is called __proto__',
      send: authorized(`__proto__: ${MARK}`),
      leaving: 'finish',
      outcome: { uws: CUT, ws: GREETED },
    },
    ...all(WELCOME, {
      'with letters beyond ASCII in its value': authorized(`X-A: \u00e4\u00f6 ${MARK}`),
      'that is called like something that every object has': authorized(
        'constructor: x',
        'toString: y',
        'valueOf: z',
      ),
      'with tabs around its value': authorized('X-A:\tb\t'),
      'of 3,000 bytes': authorized(`X-A: ${MARK.repeat(300)}`),
      'and 40 others': authorized(...Array.from({ length: 40 }, (_, index) => `X-${index}: ${MARK}`)),
    }),
    // uWebSockets.js says so as well.
    {
      name: 'that wants to be asked to go on',
      send: authorized('Expect: 100-continue'),
      outcome: { uws: ['100', 'welcome'], ws: WELCOME },
    },
    {
      name: 'of 100,000 bytes, in pieces',
      send: authorized(`X-A: ${'a'.repeat(100_000)}`),
      inPiecesOf: 10_000,
      outcome: tooLarge,
    },
    {
      name: 'that never ends',
      send: `GET /v1/connect HTTP/1.1\r\nX-A: ${'a'.repeat(1_000_000)}`,
      inPiecesOf: 100_000,
      outcome: tooLarge,
    },
    {
      name: 'and 20,000 others',
      send: authorized(...Array.from({ length: 20_000 }, () => 'a:b')),
      inPiecesOf: 10_000,
      outcome: tooLarge,
    },
  ],

  'a body': [
    ...all(NOT_FOUND, {
      'that holds a request, with its length': post(`Content-Length: ${INNER.length}`) + INNER,
      'in chunks that hold a request': post(CHUNKED) + chunk(INNER) + LAST_CHUNK,
      'in chunks of one byte': post(CHUNKED) + INNER.replace(/[^]/g, chunk) + LAST_CHUNK,
    }),
    ...malformed({
      'with two lengths in one': `${post('Content-Length: 5, 0')}GET /`,
      'with a length below zero': post('Content-Length: -1'),
      'with a length of letters': post(`Content-Length: ${MARK}`),
      'with a length with a plus': `${post('Content-Length: +5')}GET /`,
      'with a hexadecimal length': `${post('Content-Length: 0x5')}GET /`,
      'with a length of 30 digits': post(`Content-Length: ${'9'.repeat(30)}`),
      'with a length and in chunks': post('Content-Length: 5', CHUNKED) + LAST_CHUNK + INNER,
      'in chunks and with a length': post(CHUNKED, 'Content-Length: 5') + LAST_CHUNK + INNER,
      'in chunks, hidden by a space': post('Transfer-Encoding : chunked') + LAST_CHUNK,
    }),
    // What another server might read otherwise: uWebSockets.js would take it, so its adapter cuts the connection.
    ...all(NO_HTTP, {
      'with two lengths': `${post('Content-Length: 5', 'Content-Length: 0')}GET /`,
      'in an encoding that there is not': post(`Transfer-Encoding: ${MARK}`) + LAST_CHUNK,
      'in chunks twice': post('Transfer-Encoding: chunked, chunked') + LAST_CHUNK,
      'in chunks, hidden by a word': post('Transfer-Encoding: xchunked') + LAST_CHUNK,
    }),
    // Node answers, and reads the body meanwhile.
    ...all(
      {
        uws: CUT,
        ws: [
          ['404 not-found', '400', 'end'],
          ['400', 'end'],
        ],
      },
      {
        'in a chunk of 2^64 bytes': `${post(CHUNKED)}FFFFFFFFFFFFFFFFF\r\n`,
        'in a chunk of letters': `${post(CHUNKED)}xyz\r\n`,
      },
    ),
    // A handshake has none: what stands there is read as frames, or not at all.
    ...all(
      { uws: [WELCOME, CUT], ws: CUT },
      {
        'of a handshake, with its length': `${authorized('Content-Length: 5')}hello`,
        'of a handshake, in chunks': authorized(CHUNKED) + LAST_CHUNK,
      },
    ),
  ],

  'several requests in one piece': [
    { name: 'three for the health', send: INNER.repeat(3), outcome: ['200', '200', '200'] },
    {
      name: '1,000 for nothing',
      send: request('GET / HTTP/1.1').repeat(1_000),
      outcome: Array.from({ length: 1_000 }, () => '404 not-found'),
    },
    {
      name: 'a handshake behind another request',
      send: request('GET / HTTP/1.1') + authorized(),
      outcome: ['404 not-found', 'welcome'],
    },
    {
      // The first answer says that the connection ends, and in uWebSockets.js it does not if a request was there already.
      name: 'a handshake that is refused, and another',
      send: asking() + authorized(),
      outcome: { uws: ['401 credential-missing', 'welcome'], ws: CUT },
    },
    ...all(UNREAD, {
      'a handshake and another': authorized() + authorized(),
      'a handshake and a message': Buffer.concat([Buffer.from(authorized()), text('{"type":"ping","id":1}')]),
      'a handshake and a close frame': Buffer.concat([Buffer.from(authorized()), frame(OPCODE.close)]),
    }),
    {
      name: 'a handshake and 1,000,000 bytes',
      send: Buffer.concat([Buffer.from(authorized()), Buffer.alloc(1_000_000)]),
      outcome: [CUT, ['welcome', 'end']],
    },
  ],

  'something else than HTTP': [
    ...malformed({
      'a TLS hello': TLS_HELLO,
      'a PROXY header of version 1': `PROXY TCP4 192.0.2.7 192.0.2.1 50000 443\r\n${authorized()}`,
      'a banner of SSH': 'SSH-2.0-OpenSSH_9.9\r\n',
      'commands for Redis': `*1\r\n$8\r\nFLUSHALL\r\n${MARK}\r\n`,
      'a greeting of SMTP': `EHLO ${MARK}\r\n`,
      'a frame': text('{"type":"ping"}'),
      zeros: Buffer.alloc(10_000),
      ones: Buffer.alloc(10_000, 0xff),
      JSON: `{"type":"ping","id":"${MARK}"}\r\n\r\n`,
    }),
    { name: 'line ends', send: '\r\n'.repeat(5_000), leaving: 'finish', outcome: CUT },
    {
      // uWebSockets.js reads it and nobody believes it; Node takes it for a request.
      name: 'a PROXY header of version 2',
      send: Buffer.concat([PROXY_V2, Buffer.from(authorized())]),
      outcome: { uws: WELCOME, ws: ['400', 'end'] },
    },
  ],

  slowly: [
    { name: 'a handshake a byte at a time', send: authorized(), inPiecesOf: 1, outcome: WELCOME },
    {
      name: 'a request a byte at a time',
      send: request('GET / HTTP/1.1'),
      inPiecesOf: 1,
      outcome: NOT_FOUND,
    },
    ...malformed({
      'half a line, and FIN': 'GET /v1/con',
      'half a handshake, and FIN': authorized().slice(0, -2),
    }),
    { name: 'nothing, and FIN', send: [], leaving: 'finish', outcome: CUT },
    {
      name: 'a handshake, and FIN',
      send: authorized(),
      leaving: 'finish',
      outcome: GREETED,
    },
    {
      name: 'half a body, and FIN',
      send: `${post('Content-Length: 100')}half`,
      leaving: 'finish',
      outcome: { uws: ['404 not-found', 'end'], ws: ['404 not-found', '400', 'end'] },
    },
    { name: 'nothing, and RST', send: [], leaving: 'reset', outcome: CUT },
    { name: 'half a handshake, and RST', send: authorized().slice(0, -2), leaving: 'reset', outcome: CUT },
    { name: 'a handshake, and RST', send: authorized(), leaving: 'reset', outcome: CUT },
  ],
};
