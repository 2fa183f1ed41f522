import { MARK } from '../support/mark.ts';
import { all, closed, error, invalid, pong, type FrameRow, type FrameThemes } from './row.ts';

/** What every object of JavaScript has, or what setting it does more than set it. */
const INHERITED = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineSetter__',
  'then',
  'toJSON',
] as const;

const forEachName = (row: (name: string) => FrameRow): FrameRow[] => INHERITED.map(row);

/** Texts that are no id (printable ASCII without space, quotes, backslash and braces, 1 to 128). */
const NO_IDS = {
  'an empty text': '',
  'a space': ' ',
  'an inner space': 'a b',
  'a NUL': '\\u0000',
  'a line end': 'a\\r\\nb',
  'an escape of a terminal': '\\u001b[2J',
  'a quote': '\\"',
  'an apostrophe': "'",
  'a backslash': '\\\\',
  'braces, which choose the slot of a Redis key': '{a}',
  'a letter beyond ASCII': 'r\u00e4ume',
  'another script': '\u6237',
  'an emoji': '\u{1F44B}',
  'a letter that looks like another': '\u0430dmin',
  'a change of direction': 'a\\u202eb',
  'a character without width': 'a\u200bb',
  'half a surrogate pair': '\\ud83d',
  'a byte order mark': '\ufeffa',
  '129 characters': 'x'.repeat(129),
  '60,000 characters': 'x'.repeat(60_000),
};

/** Texts that are ids, and look as if they did something. */
const IDS = {
  'a path': '../../etc/passwd',
  'a glob': '*',
  'a part of a key': `${MARK}:seats:*`,
  'a format string': '%s%d%n',
  'a template': '$(id)',
  'an HTML tag': '<script>alert(1)</script>',
  'a number': '0',
  'a query': ';DROP/**/TABLE/**/rooms;--',
  '128 characters': 'x'.repeat(128),
};

/** Names that mean something to somebody else: to JavaScript, to Redis, to a terminal. */
export const names: FrameThemes = {
  'a member that every object has': [
    ...forEachName((name) => ({
      name: `ping with ${name} as a member`,
      send: `{"type":"ping","id":"${MARK}","${name}":{"isAdmin":true}}`,
      answers: [invalid('*', { re: MARK })],
    })),
    {
      name: 'a type that hides in __proto__',
      send: `{"__proto__":{"type":"ping","id":"${MARK}"}}`,
      answers: [invalid('type')],
    },
    {
      name: 'members that hide in __proto__',
      send: `{"type":"leave","id":"${MARK}","__proto__":{"room":"r"}}`,
      answers: [invalid('room', { re: MARK })],
    },
    {
      name: 'signal with __proto__ as a member',
      send: `{"type":"signal","id":"${MARK}","room":"<room>","to":"<witness>","custom":1,"__proto__":{"from":"x"}}`,
      answers: [invalid('*', { re: MARK })],
    },
    {
      name: '__proto__ that is written with escapes',
      send: String.raw`{"type":"ping","id":1,"\u005f_proto__":null}`,
      answers: [invalid('*', { re: 1 })],
    },
  ],

  'a room that is called like something that every object has': forEachName((room) => ({
    name: `join, update and leave ${room}`,
    send: [
      `{"type":"join","id":1,"room":"${room}"}`,
      `{"type":"update","id":2,"room":"${room}","meta":"${MARK}"}`,
      `{"type":"leave","id":3,"room":"${room}"}`,
      `{"type":"leave","id":4,"room":"${room}"}`,
    ],
    answers: [
      { type: 'joined', re: 1, room, capacity: 16, peers: [] },
      { type: 'updated', re: 2, room },
      { type: 'left', re: 3, room },
      error('not-in-room', { re: 4, room }),
    ],
  })),

  'a queue that is called like something that every object has': forEachName((queue) => ({
    name: `match and unmatch ${queue}`,
    send: [
      `{"type":"match","id":1,"queue":"${queue}"}`,
      `{"type":"unmatch","id":2,"queue":"${queue}"}`,
      `{"type":"unmatch","id":3,"queue":"${queue}"}`,
    ],
    answers: [
      { type: 'waiting', re: 1, queue, size: 2 },
      { type: 'unmatched', re: 2, queue, size: 2 },
      error('not-waiting', { re: 3, queue, size: 2 }),
    ],
  })),

  'a peer that is called like something that every object has': forEachName((to) => ({
    name: `signal to ${to}`,
    send: `{"type":"signal","id":"${MARK}","room":"<room>","to":"${to}","custom":1}`,
    answers: [error('peer-unreachable', { re: MARK, room: '<room>', to })],
  })),

  'values with members that every object has': [
    ...forEachName((name) => ({
      name: `custom with ${name} goes on as it is`,
      send: `{"type":"signal","id":1,"room":"<room>","to":"<witness>","custom":{"${name}":{"polluted":"${MARK}"}}}`,
      answers: [{ type: 'delivered', re: 1 }],
      relayed: `"custom":{"${name}":{"polluted":"${MARK}"}}`,
    })),
    {
      name: 'meta with __proto__ is told as it is',
      send: `{"type":"update","id":1,"room":"<room>","meta":{"__proto__":{"polluted":"${MARK}"}}}`,
      answers: [{ type: 'updated', re: 1, room: '<room>' }],
    },
    {
      name: 'a description with __proto__ loses it',
      send: `{"type":"signal","id":1,"room":"<room>","to":"<witness>","description":{"type":"offer","sdp":"v=0\\r\\n","__proto__":{"sdp":"${MARK}"}}}`,
      answers: [{ type: 'delivered', re: 1 }],
      relayed: String.raw`"description":{"type":"offer","sdp":"v=0\r\n"}`,
    },
    {
      name: 'a candidate with constructor loses it',
      send: `{"type":"signal","id":1,"room":"<room>","to":"<witness>","candidate":{"candidate":"","constructor":{"prototype":"${MARK}"}}}`,
      answers: [{ type: 'delivered', re: 1 }],
      relayed: '"candidate":{"candidate":""}',
    },
    {
      name: 'a candidate whose only member hides in __proto__',
      send: '{"type":"signal","id":1,"room":"<room>","to":"<witness>","candidate":{"__proto__":{"candidate":""}}}',
      answers: [invalid('candidate.candidate', { re: 1 })],
    },
    {
      name: 'afterwards no object has what was sent',
      send: '{"type":"ping","id":1}',
      answers: [pong(1)],
    },
  ],

  'a room that cannot be called so': Object.entries(NO_IDS).map(([name, room]) => ({
    name: `join ${name}`,
    send: `{"type":"join","id":"${MARK}","room":"${room}"}`,
    answers: [invalid('room', { re: MARK })],
  })),

  'a queue that cannot be called so': Object.entries(NO_IDS).map(([name, queue]) => ({
    name: `match in ${name}`,
    send: `{"type":"match","id":"${MARK}","queue":"${queue}"}`,
    answers: [invalid('queue', { re: MARK })],
  })),

  'a peer that cannot be called so': Object.entries(NO_IDS).map(([name, to]) => ({
    name: `signal to ${name}`,
    send: `{"type":"signal","id":"${MARK}","room":"<room>","to":"${to}","custom":1}`,
    answers: [invalid('to', { re: MARK })],
  })),

  'a room that may be called so': Object.entries(IDS).map(([name, room]) => ({
    name: `join ${name}`,
    send: [`{"type":"join","id":1,"room":"${room}"}`, `{"type":"leave","id":2,"room":"${room}"}`],
    answers: [
      { type: 'joined', re: 1, room, capacity: 16, peers: [] },
      { type: 'left', re: 2, room },
    ],
  })),

  'a token that cannot be one': all(
    { answers: [invalid('token', { re: 1 })] },
    {
      'refresh with 15 characters': `{"type":"refresh","id":1,"token":"${'x'.repeat(15)}"}`,
      'refresh with 4,097 characters': `{"type":"refresh","id":1,"token":"${'x'.repeat(4_097)}"}`,
      'refresh with a line end': `{"type":"refresh","id":1,"token":"${MARK}\\r\\n${MARK}"}`,
      'refresh with characters of HTML': `{"type":"refresh","id":1,"token":"<${MARK}${MARK}>"}`,
    },
  ),

  'a token that is refused': [
    ...all(
      { answers: [error('not-allowed', { re: 1 })] },
      {
        'refresh with a public token that nobody gave out': `{"type":"refresh","id":1,"token":"${MARK}-${MARK}"}`,
        'refresh with three empty parts': `{"type":"refresh","id":1,"token":"................"}`,
        'refresh with an unsigned JWT': `{"type":"refresh","id":1,"token":"${unsigned({ sub: MARK })}"}`,
        'refresh with 4,096 characters': `{"type":"refresh","id":1,"token":"${'x'.repeat(4_096)}"}`,
      },
    ),
  ],

  'what comes after goodbye': [
    {
      name: 'bye, and then more',
      send: ['{"type":"bye"}', '{"type":"join","room":"r"}', '{"type":"ping"}'],
      end: closed('normal'),
    },
  ],
};

/** What a library that believes `alg` would take for a token (RFC 7519, section 6). */
function unsigned(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}
