import { MARK } from '../support/mark.ts';
import {
  all,
  at,
  authorized,
  malformed,
  NO_HANDSHAKE,
  NOT_FOUND,
  refused,
  replacing,
  request,
  WELCOME,
  type RequestThemes,
} from './request-row.ts';

/** Handshakes that are none. */
export const handshakes: RequestThemes = {
  'a handshake that lacks something': [
    ...all(NO_HANDSHAKE, {
      'no key': replacing('Sec-WebSocket-Key'),
      'an empty key': replacing('Sec-WebSocket-Key', 'Sec-WebSocket-Key:'),
      'a key that is too short': replacing('Sec-WebSocket-Key', 'Sec-WebSocket-Key: c2hvcnQ='),
      'a key that is too long': replacing('Sec-WebSocket-Key', `Sec-WebSocket-Key: ${'A'.repeat(30)}==`),
      'a key of other characters': replacing(
        'Sec-WebSocket-Key',
        'Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==',
      ),
      'two keys': authorized('Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='),
      'no version': replacing('Sec-WebSocket-Version'),
      'version 8': replacing('Sec-WebSocket-Version', 'Sec-WebSocket-Version: 8'),
      'version 13, and 13 again': authorized('Sec-WebSocket-Version: 13'),
      'a version of letters': replacing('Sec-WebSocket-Version', `Sec-WebSocket-Version: ${MARK}`),
      'a version of 1,000 digits': replacing(
        'Sec-WebSocket-Version',
        `Sec-WebSocket-Version: ${'1'.repeat(1_000)}`,
      ),
      'an upgrade to HTTP/2': replacing('Upgrade', 'Upgrade: h2c'),
      'an upgrade to something unheard of': replacing('Upgrade', `Upgrade: ${MARK}`),
      'two upgrades': replacing('Upgrade', 'Upgrade: websocket, websocket'),
    }),
    ...all(['426 upgrade-required'], {
      'no upgrade': replacing('Upgrade'),
      'no connection': replacing('Connection'),
      'a connection that is kept': replacing('Connection', 'Connection: keep-alive'),
    }),
    ...all(WELCOME, {
      'other capitals': replacing('Upgrade', 'UPGRADE: WebSocket'),
      'a connection of several words': replacing('Connection', 'Connection: keep-alive, Upgrade'),
      'an extension that is not spoken': authorized(
        'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8',
      ),
      '1,000 extensions': authorized(`Sec-WebSocket-Extensions: ${'x,'.repeat(1_000)}x`),
    }),
  ],

  'another method': [
    ...all(
      NO_HANDSHAKE,
      Object.fromEntries(
        ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => [
          `${method} with an upgrade`,
          authorized().replace('GET', method),
        ]),
      ),
    ),
    ...all(['405 method-not-allowed'], {
      'DELETE of the check': request('DELETE /v1/check HTTP/1.1'),
      'PUT of the health': request('PUT /v1/health HTTP/1.1'),
    }),
    ...malformed({
      'a method that there is not': request(`${MARK} / HTTP/1.1`),
      'a method of 1,000 letters': request(`${'A'.repeat(1_000)} / HTTP/1.1`),
      'no method': request(' / HTTP/1.1'),
      'a method in small letters': authorized().replace('GET', 'get'),
    }),
    ...all(NOT_FOUND, {
      'TRACE, which repeats what it is told elsewhere': request('TRACE / HTTP/1.1', `X-Secret: ${MARK}`),
    }),
    {
      name: 'CONNECT to somebody else',
      send: request('CONNECT 192.0.2.1:443 HTTP/1.1'),
      leaving: 'finish',
      outcome: ['end'],
    },
  ],

  'another path': [
    ...all(NOT_FOUND, {
      'a path that there is not': request(`GET /${MARK} HTTP/1.1`),
      'the root': request('GET / HTTP/1.1'),
      'a path upwards': request('GET /../../../etc/passwd HTTP/1.1'),
      'a path upwards, encoded': request('GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1'),
      'a path with a NUL, encoded': request('GET /v1/health%00 HTTP/1.1'),
      'a path in capitals': request('GET /V1/HEALTH HTTP/1.1'),
      'a path with two slashes': request('GET //v1/health HTTP/1.1'),
      'the operations port': request('GET /metrics HTTP/1.1'),
      'the status of the node': request('GET /statusz HTTP/1.1'),
      'the sessions of the node': request('GET /sessions HTTP/1.1'),
      'a repository': request('GET /.git/config HTTP/1.1'),
      'a prototype': request('GET /__proto__ HTTP/1.1'),
      'a URL of 3,000 characters': request(`GET /${'a'.repeat(3_000)} HTTP/1.1`),
      'a query of 3,000 characters': request(`GET /?${'a'.repeat(3_000)} HTTP/1.1`),
    }),
    // Whoever asks for an upgrade is answered and, by Node, left.
    ...all(
      { uws: NOT_FOUND, ws: refused('404 not-found') },
      {
        'an upgrade elsewhere': at('/v2/connect'),
        'an upgrade with a slash behind': at('/v1/connect/'),
        'an upgrade with a letter encoded': at('/v1/%63onnect'),
      },
    ),
    ...malformed({
      'a URL without a slash before it': request('GET v1/health HTTP/1.1'),
      'a URL with a space': request('GET /v1/ health HTTP/1.1'),
    }),
    {
      name: 'a URL of 100,000 characters, in pieces',
      send: request(`GET /${'a'.repeat(100_000)} HTTP/1.1`),
      inPiecesOf: 10_000,
      outcome: { uws: ['end'], ws: ['431', 'end'] },
    },
  ],
};
