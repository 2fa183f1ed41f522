import { MARK } from '../support/mark.ts';
import { all, invalid, pong, UNREADABLE, type FrameRow, type FrameThemes } from './row.ts';

const nested = (levels: number, open = '[', shut = ']') => open.repeat(levels) + shut.repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}0${'}'.repeat(levels)}`;

/** A signal to the witness that carries this as `custom`. */
const custom = (value: string) =>
  `{"type":"signal","id":1,"room":"<room>","to":"<witness>","custom":${value}}`;

/** Values that go to the other peer as they were written, whatever a parser makes of them. */
const passedOn = (values: Readonly<Record<string, string>>): FrameRow[] =>
  Object.entries(values).map(([name, value]) => ({
    name,
    send: custom(value),
    answers: [{ type: 'delivered', re: 1 }],
    relayed: `"custom":${value}`,
  }));

const capacity = (value: string) => `{"type":"join","id":1,"room":"${MARK}","capacity":${value}}`;
const size = (value: string) => `{"type":"match","id":1,"queue":"${MARK}","size":${value}}`;
const timeout = (value: string) => `{"type":"match","id":1,"queue":"${MARK}","timeoutMs":${value}}`;
const counted = (name: 'seq' | 'ack', value: string) =>
  `{"type":"signal","id":1,"room":"<room>","to":"<witness>","custom":0,"${name}":${value}}`;
const meta = (value: string) => `{"type":"join","id":1,"room":"${MARK}","meta":${value}}`;

const SDP = JSON.stringify('v=0\r\n');

/** Right JSON that is a trap: too deep, ambiguous, beyond what a number or a text can hold. */
export const json: FrameThemes = {
  'nested too deeply': [
    ...all(
      { answers: UNREADABLE },
      {
        '33 arrays': nested(33),
        '33 objects': objects(33),
        '1,000 arrays': nested(1_000),
        '30,000 arrays': nested(30_000),
        '10,000 objects': objects(10_000),
        '65,000 brackets that nothing closes': '['.repeat(65_000),
        '10,000 objects that nothing closes': '{"a":'.repeat(10_000),
        'arrays and objects in turn': `${'[{"a":'.repeat(5_000)}0${'}]'.repeat(5_000)}`,
        '33 levels in custom': custom(nested(32)),
        '30,000 levels in custom': custom(nested(30_000)),
        '33 levels in meta': meta(nested(32)),
        '33 levels in a member that nobody knows': `{"type":"ping","id":1,"x":${nested(32)}}`,
        '33 levels behind a text with a quote': custom(String.raw`["\"",${nested(32)}]`),
        '33 levels behind a text with backslashes': custom(String.raw`["\\\\",${nested(32)}]`),
        '33 levels in a description': `{"type":"signal","id":1,"room":"<room>","to":"<witness>","description":{"type":"offer","sdp":${SDP},"x":${nested(31)}}}`,
      },
    ),
    {
      name: '32 levels in a member that nobody knows',
      send: `{"type":"ping","id":1,"x":${nested(31)}}`,
      answers: [invalid('*', { re: 1 })],
    },
    {
      name: '32 levels in meta',
      send: [meta(nested(31)), `{"type":"leave","id":2,"room":"${MARK}"}`],
      answers: [
        { type: 'joined', re: 1 },
        { type: 'left', re: 2 },
      ],
    },
    ...passedOn({
      '31 levels in custom': nested(31),
      '60,000 brackets in a text': `"${'['.repeat(60_000)}"`,
      '30,000 quotes in a text': `"${String.raw`\"`.repeat(30_000)}"`,
      '30,000 backslashes in a text': `"${'\\\\'.repeat(30_000)}"`,
      'a text that ends with a backslash': String.raw`"\\"`,
      'a text that looks like members': String.raw`"\"},\"to\":\"x\",\"a\":{\""`,
      '30,000 arrays side by side': `[${Array.from({ length: 30_000 }, () => '[]')
        .join('')
        .replaceAll('][', '],[')
        .slice(0, 59_999)}]`,
      '5,000 members': `{${Array.from({ length: 5_000 }, (_, index) => `"${index}":0`).join(',')}}`,
      'spaces of every kind around': ' \t\r\n [ \t\r\n 1 ] \n',
    }),
  ],

  'a member twice': [
    ...all(
      { answers: [invalid('')] },
      {
        'the type twice': '{"type":"ping","type":"ping"}',
        'two types': '{"type":"ping","type":"bye"}',
        'a member that nobody knows, twice': '{"type":"ping","x":1,"x":2}',
        '10,000 times the same member': `{${'"type":"ping",'.repeat(4_000)}"type":"ping"}`,
      },
    ),
    ...all(
      { answers: [invalid('', { re: 2 })] },
      {
        'the id twice': '{"type":"ping","id":1,"id":2}',
        'the id twice, once with escapes': String.raw`{"type":"ping","\u0069d":1,"id":2}`,
        '__proto__ twice': '{"type":"ping","id":2,"__proto__":1,"__proto__":2}',
        'the room twice': '{"type":"join","id":2,"room":"a","room":"b"}',
        'the receiver twice': '{"type":"signal","id":2,"room":"<room>","to":"x","to":"<witness>","custom":1}',
        'two payloads of one name':
          '{"type":"signal","id":2,"room":"<room>","to":"<witness>","custom":1,"custom":2}',
        'the sdp of a description twice': `{"type":"signal","id":2,"room":"<room>","to":"<witness>","description":{"type":"offer","sdp":${SDP},"sdp":${SDP}}}`,
        'the sdp of a description twice, once with escapes': `{"type":"signal","id":2,"room":"<room>","to":"<witness>","description":{"type":"offer","s\\u0064p":${SDP},"sdp":${SDP}}}`,
        'the candidate of a candidate twice':
          '{"type":"signal","id":2,"room":"<room>","to":"<witness>","candidate":{"candidate":"","candidate":""}}',
        'the line of a candidate twice':
          '{"type":"signal","id":2,"room":"<room>","to":"<witness>","candidate":{"candidate":"","sdpMLineIndex":0,"sdpMLineIndex":1}}',
      },
    ),
    ...passedOn({ 'a member of custom twice': `{"a":1,"a":"${MARK}"}` }),
    {
      name: 'a member of meta twice',
      send: [meta('{"a":1,"a":2}'), `{"type":"leave","id":2,"room":"${MARK}"}`],
      answers: [
        { type: 'joined', re: 1 },
        { type: 'left', re: 2 },
      ],
    },
  ],

  'a number that is no number for it': [
    ...all(
      { answers: [invalid('capacity', { re: 1 })] },
      {
        'a capacity of 0': capacity('0'),
        'a capacity of 1': capacity('1'),
        'a capacity of 65': capacity('65'),
        'a capacity of -2': capacity('-2'),
        'a capacity of 2^31': capacity('2147483648'),
        'a capacity of 2^53': capacity('9007199254740992'),
        'a capacity beyond all numbers': capacity('1e999'),
        'a capacity that is almost 2': capacity('2.0000001'),
        'a capacity of minus zero': capacity('-0'),
      },
    ),
    ...all(
      { answers: [invalid('size', { re: 1 })] },
      {
        'a size of 0': size('0'),
        'a size of 1': size('1'),
        'a size of 17': size('17'),
        'a size of -1e999': size('-1e999'),
        'a size that is a denormal': size('5e-324'),
      },
    ),
    ...all(
      { answers: [invalid('timeoutMs', { re: 1 })] },
      {
        'a time-out of 0': timeout('0'),
        'a time-out of minus zero': timeout('-0'),
        'a time-out of more than an hour': timeout('3600001'),
        'a time-out of 2^31, which a timer takes for 1': timeout('2147483648'),
        'a time-out beyond all numbers': timeout('1e999'),
      },
    ),
    ...all(
      { answers: [invalid('seq', { re: 1 })] },
      {
        'a seq of -1': counted('seq', '-1'),
        'a seq of 2^53': counted('seq', '9007199254740992'),
        'a seq beyond all numbers': counted('seq', '1e999'),
      },
    ),
    ...all(
      { answers: [invalid('ack', { re: 1 })] },
      {
        'an ack of -1': counted('ack', '-1'),
        'an ack of half': counted('ack', '0.5'),
        'an ack as text': counted('ack', '"1"'),
      },
    ),
    {
      name: 'a capacity that is written as a power',
      send: [capacity('0.2e1'), `{"type":"leave","id":2,"room":"${MARK}"}`],
      answers: [
        { type: 'joined', re: 1, capacity: 2 },
        { type: 'left', re: 2 },
      ],
    },
    {
      name: 'a time-out of one millisecond',
      send: timeout('1'),
      answers: [
        { type: 'waiting', re: 1, size: 2 },
        {
          type: 'error',
          code: 'match-timeout',
          message:
            'Nobody was found within the `timeoutMs` of the `match`; the place in the queue is given up.',
          queue: MARK,
          size: 2,
        },
      ],
    },
    {
      name: 'a seq of minus zero goes on as it is',
      send: counted('seq', '-0'),
      answers: [{ type: 'delivered', re: 1 }],
      relayed: '"custom":0,"seq":-0',
    },
    ...passedOn({
      'a number beyond all numbers in custom': '1e999',
      'a number of 50,000 digits in custom': '9'.repeat(50_000),
      'a power of 50,000 digits in custom': `1e${'9'.repeat(50_000)}`,
      'minus zero in custom': '-0',
      'a fraction that no double holds in custom': '0.1000000000000000055511151231257827',
    }),
  ],

  'characters that are a trap': [
    ...passedOn({
      'half a surrogate pair in custom, escaped': String.raw`"\ud83d"`,
      'surrogates the wrong way round in custom, escaped': String.raw`"\udc4b\ud83d"`,
      'a NUL in custom, escaped': String.raw`"\u0000"`,
      'control characters in custom, escaped': String.raw`"\u0001\u001b[2J\u0007\u007f\u0085"`,
      'a byte order mark in custom': '"\uFEFF"',
      'characters that are none in custom': '"\uFFFE\uFFFF\u{1FFFF}"',
      'a change of direction in custom': '"\u202E\u2066"',
      'line separators in custom': '"\u2028\u2029"',
      'a letter under 1,000 accents in custom': `"a${'\u0301'.repeat(1_000)}"`,
      'the end of a script in custom': `"</script><img src=x onerror=${MARK}>"`,
    }),
    ...Object.entries({
      'half a surrogate pair in meta': String.raw`"\ud83d"`,
      'a NUL in meta': String.raw`"\u0000"`,
      'a change of direction in meta': '"\u202E"',
      'a number beyond all numbers in meta': '1e999',
      'null as meta': 'null',
      '1,024 bytes as meta': `"${'x'.repeat(1_022)}"`,
      'a toJSON in meta': '{"toJSON":"x"}',
    }).map(([name, value]) => ({
      name,
      send: [meta(value), `{"type":"leave","id":2,"room":"${MARK}"}`],
      answers: [
        { type: 'joined', re: 1 },
        { type: 'left', re: 2 },
      ],
    })),
    ...all(
      { answers: [invalid('meta', { re: 1 })] },
      {
        '1,025 bytes as meta': meta(`"${'x'.repeat(1_023)}"`),
        '600 characters of two bytes as meta': meta(`"${'\u00e4'.repeat(600)}"`),
        '400 characters of three bytes as meta': meta(`"${'\u6237'.repeat(400)}"`),
        '200 halves of surrogate pairs as meta, six bytes each when written': meta(
          `"${String.raw`\ud83d`.repeat(200)}"`,
        ),
        '60,000 bytes as meta': meta(`"${'x'.repeat(60_000)}"`),
        'too much meta in update': `{"type":"update","id":1,"room":"<room>","meta":"${'x'.repeat(1_023)}"}`,
        'too much meta in match': `{"type":"match","id":1,"queue":"q","meta":"${'x'.repeat(1_023)}"}`,
        'update without meta': '{"type":"update","id":1,"room":"<room>"}',
      },
    ),
  ],

  "space that is none of anybody's business": [
    {
      name: 'a message in 60,000 spaces',
      send: `${' '.repeat(30_000)}{"type":"ping","id":"${MARK}"}${'\n'.repeat(30_000)}`,
      answers: [pong(MARK)],
    },
    {
      name: 'spaces between everything',
      send: ` { "type" :\t"ping"\r\n, "id" : "${MARK}" } `,
      answers: [pong(MARK)],
    },
  ],
};
