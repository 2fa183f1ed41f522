import { TOKEN } from '../support/abused-node.ts';
import { MARK } from '../support/mark.ts';
import { handshake } from '../support/stranger.ts';
import {
  all,
  asking,
  AUTHORIZED,
  authorized,
  MALFORMED,
  MISSING,
  refused,
  UNKNOWN,
  WELCOME,
  type RequestThemes,
} from './request-row.ts';

/** Who strangers say they are, and from where. */
export const credentials: RequestThemes = {
  'no credential': all(MISSING, {
    'nothing at all': asking(),
    'only the version': asking('Sec-WebSocket-Protocol: parley.v1'),
    'a cookie': asking(`Cookie: token=${TOKEN}`),
    'a header of another name': asking(`X-Authorization: Bearer ${TOKEN}`),
    'a query without a token': handshake({ path: '/v1/connect?x=y' }),
    'a query with a token of another name': handshake({ path: `/v1/connect?Token=${TOKEN}` }),
    'a query with a list of tokens': handshake({ path: `/v1/connect?token[]=${TOKEN}` }),
    'a query with __proto__': handshake({ path: `/v1/connect?__proto__=${TOKEN}&__proto__[token]=${TOKEN}` }),
    'a query of nothing but signs': handshake({ path: '/v1/connect?&&&===&?&#' }),
    'a query of 500 parameters': handshake({ path: `/v1/connect?${'a=b&'.repeat(500)}` }),
  }),

  'a credential that is none': [
    ...all(MALFORMED, {
      'an empty header': asking('Authorization:'),
      'only the word Bearer': asking('Authorization: Bearer'),
      'Bearer and a space': asking('Authorization: Bearer '),
      Basic: asking(`Authorization: Basic ${Buffer.from(`a:${TOKEN}`).toString('base64')}`),
      'the token without Bearer': asking(`Authorization: ${TOKEN}`),
      '15 characters': asking('Authorization: Bearer 123456789012345'),
      '3,000 characters': asking(`Authorization: Bearer ${'a'.repeat(3_000)}`),
      'two tokens': asking(`Authorization: Bearer ${TOKEN} ${TOKEN}`),
      'two headers': asking(AUTHORIZED, AUTHORIZED),
      'characters of HTML': asking(`Authorization: Bearer <script>${MARK}</script>`),
      'characters beyond ASCII': asking(
        'Authorization: Bearer \u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4',
      ),
      'a comma': asking(`Authorization: Bearer ${TOKEN},${TOKEN}`),
      'a wrong header beside a right subprotocol': asking(
        `Authorization: ${MARK}`,
        `Sec-WebSocket-Protocol: parley.v1, parley.token.${TOKEN}`,
      ),
      'an empty token as subprotocol': asking('Sec-WebSocket-Protocol: parley.v1, parley.token.'),
      'a token of 15 characters as subprotocol': asking(
        'Sec-WebSocket-Protocol: parley.v1, parley.token.123456789012345',
      ),
      'a token of 3,000 characters as subprotocol': asking(
        `Sec-WebSocket-Protocol: parley.v1, parley.token.${'a'.repeat(3_000)}`,
      ),
      'a token with a sign as subprotocol': asking(
        `Sec-WebSocket-Protocol: parley.v1, parley.token.${TOKEN}=`,
      ),
      'an empty token in the query': handshake({ path: '/v1/connect?token=' }),
      'a token without = in the query': handshake({ path: '/v1/connect?token' }),
      'a percent sign in the query': handshake({ path: '/v1/connect?token=%' }),
      'half an escape in the query': handshake({ path: '/v1/connect?token=%2' }),
      'bytes that are no UTF-8 in the query': handshake({ path: `/v1/connect?token=${'%ff'.repeat(20)}` }),
      'NULs in the query': handshake({ path: `/v1/connect?token=${'%00'.repeat(20)}` }),
      'line ends in the query': handshake({ path: `/v1/connect?token=${TOKEN}%0d%0aX-A:b` }),
      'a JWT in the query, which proxies would log': handshake({
        path: '/v1/connect?token=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
      }),
      'a JWT where none is spoken': asking('Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'),
    }),
  ],

  'a credential that nobody gave out': all(UNKNOWN, {
    'in the header': asking(`Authorization: Bearer ${MARK}-${MARK}`),
    'as subprotocol': asking(`Sec-WebSocket-Protocol: parley.v1, parley.token.${MARK}-${MARK}`),
    'in the query': handshake({ path: `/v1/connect?token=${MARK}-${MARK}` }),
    'a letter less than the right one': asking(AUTHORIZED.slice(0, -1)),
    'the right one in capitals': asking(`Authorization: Bearer ${TOKEN.toUpperCase()}`),
    'a wrong one before the right one': asking(
      `Sec-WebSocket-Protocol: parley.v1, parley.token.${MARK}-${MARK}, parley.token.${TOKEN}`,
    ),
    'a wrong one before the right one, in two headers': asking(
      `Sec-WebSocket-Protocol: parley.token.${MARK}-${MARK}`,
      `Sec-WebSocket-Protocol: parley.v1, parley.token.${TOKEN}`,
    ),
    'a wrong one before the right one, in the query': handshake({
      path: `/v1/connect?token=${MARK}-${MARK}&token=${TOKEN}`,
    }),
    'a wrong header beside a right query': handshake({
      path: `/v1/connect?token=${TOKEN}`,
      headers: [`Authorization: Bearer ${MARK}-${MARK}`],
    }),
    '__proto__ and more': asking('Authorization: Bearer __proto__.__proto__'),
  }),

  'a credential that is right, told oddly': all(WELCOME, {
    'bearer in small letters': asking(`authorization: bearer ${TOKEN}`),
    'spaces around it': asking(`Authorization:  Bearer   ${TOKEN}  `),
    'as subprotocol, before the version': asking(`Sec-WebSocket-Protocol: parley.token.${TOKEN}, parley.v1`),
    'as subprotocol without a version beside one that is no token': asking(
      `Sec-WebSocket-Protocol: parley.v1,,,parley.token.${TOKEN},`,
    ),
    'the right one before a wrong one': asking(
      `Sec-WebSocket-Protocol: parley.v1, parley.token.${TOKEN}, parley.token.${MARK}-${MARK}`,
    ),
    'in the query, encoded': handshake({
      path: `/v1/connect?token=${TOKEN.replace(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`,
    }),
    'in the query, after 500 other parameters': handshake({
      path: `/v1/connect?${'a=b&'.repeat(500)}token=${TOKEN}`,
    }),
    'a session to resume that there never was': authorized(
      'Sec-WebSocket-Protocol: parley.v1, parley.resume.x, parley.resume.y, parley.restart.z',
    ),
    'a session to resume of 2,000 characters': handshake({
      path: `/v1/connect?resume=${'x'.repeat(2_000)}`,
      headers: [AUTHORIZED],
    }),
  }),

  subprotocols: [
    ...all(refused('400 unsupported-subprotocol'), {
      'another one': authorized('Sec-WebSocket-Protocol: chat'),
      'a later version': authorized('Sec-WebSocket-Protocol: parley.v2'),
      'the version in capitals': authorized('Sec-WebSocket-Protocol: PARLEY.V1'),
      'the version and more': authorized('Sec-WebSocket-Protocol: parley.v1;q=1'),
      'the version in quotes': authorized('Sec-WebSocket-Protocol: "parley.v1"'),
      'only a token': asking(`Sec-WebSocket-Protocol: parley.token.${TOKEN}`),
      '500 of them': authorized(
        `Sec-WebSocket-Protocol: ${Array.from({ length: 500 }, (_, index) => `x${index}`).join(',')}`,
      ),
      'two headers': authorized('Sec-WebSocket-Protocol: a', 'Sec-WebSocket-Protocol: b'),
      'letters beyond ASCII': authorized('Sec-WebSocket-Protocol: p\u00e4rley.v1'),
      __proto__: authorized('Sec-WebSocket-Protocol: __proto__, constructor'),
    }),
    ...all(WELCOME, {
      'an empty list': authorized('Sec-WebSocket-Protocol:'),
      'nothing but commas': authorized(`Sec-WebSocket-Protocol: ${','.repeat(1_000)}`),
      'the version after 500 others': authorized(`Sec-WebSocket-Protocol: ${'x,'.repeat(500)}parley.v1`),
      'the version 200 times': authorized(`Sec-WebSocket-Protocol: ${'parley.v1,'.repeat(200)}`),
      'the version in the second header': authorized(
        'Sec-WebSocket-Protocol: a',
        'Sec-WebSocket-Protocol: parley.v1',
      ),
    }),
  ],

  'an origin': [
    ...all(refused('403 origin-not-allowed'), {
      'of somebody else': authorized(`Origin: https://${MARK}.example`),
      null: authorized('Origin: null'),
      'of nobody': authorized('Origin:'),
      'a star': authorized('Origin: *'),
      'that only begins like ours': authorized('Origin: http://parley.test.evil.example'),
      'that only ends like ours': authorized('Origin: http://evil-parley.test'),
      'that is ours to its user': authorized('Origin: http://parley.test@evil.example'),
      'that is ours in its path': authorized('Origin: http://evil.example/parley.test'),
      'on another port': authorized('Origin: http://parley.test:8081'),
      'without a scheme': authorized('Origin: parley.test'),
      'of a script': authorized('Origin: javascript:alert(1)//parley.test'),
      'of a file': authorized('Origin: file:///parley.test'),
      'of data': authorized('Origin: data:text/html,parley.test'),
      'twice, the second ours': authorized('Origin: http://evil.example', 'Origin: http://parley.test'),
      'twice in one': authorized('Origin: http://parley.test http://evil.example'),
      'of 2,000 characters': authorized(`Origin: http://${'a'.repeat(2_000)}`),
      'with a NUL, encoded': authorized('Origin: http://parley.test%00.evil.example'),
      'that is no URL': authorized('Origin: http://['),
    }),
    ...all(WELCOME, {
      'that is ours': authorized('Origin: http://parley.test'),
      'that is ours, by TLS': authorized('Origin: https://parley.test'),
    }),
  ],

  'a proxy that nobody trusts': all(WELCOME, {
    'names another address': authorized('X-Forwarded-For: 192.0.2.7'),
    'names 500 addresses': authorized(`X-Forwarded-For: ${'192.0.2.7, '.repeat(200)}::1`),
    'names no addresses': authorized(`X-Forwarded-For: ${MARK}, ', [::, 999.999.999.999`),
    'says that it came by TLS': authorized(
      'X-Forwarded-Proto: https',
      'Forwarded: for=192.0.2.7;proto=https',
    ),
  }),
};
