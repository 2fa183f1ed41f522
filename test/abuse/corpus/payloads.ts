import { MARK } from '../support/mark.ts';
import { all, error, invalid, type FrameRow, type FrameThemes } from './row.ts';

const description = (sdp: string, type = 'offer') =>
  `{"type":"signal","id":1,"room":"<room>","to":"<witness>","description":{"type":"${type}","sdp":${JSON.stringify(sdp)}}}`;

const candidate = (text: string, rest: object = {}) =>
  `{"type":"signal","id":1,"room":"<room>","to":"<witness>","candidate":${JSON.stringify({ candidate: text, ...rest })}}`;

const CANDIDATE = 'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host';
const SDP = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';

const badSdp = (sdps: Readonly<Record<string, string>>): FrameRow[] =>
  Object.entries(sdps).map(([name, sdp]) => ({
    name,
    send: description(sdp),
    answers: [invalid('description.sdp', { re: 1 })],
  }));

const badCandidate = (candidates: Readonly<Record<string, string>>): FrameRow[] =>
  Object.entries(candidates).map(([name, text]) => ({
    name,
    send: candidate(text),
    answers: [invalid('candidate.candidate', { re: 1 })],
  }));

const signal = (about: object) =>
  JSON.stringify({ type: 'signal', id: 1, room: '<room>', to: '<witness>', ...about });

/** Signals: what they carry, and where they are to go. */
export const payloads: FrameThemes = {
  'a description that is none': [
    ...badSdp({
      'nothing as SDP': '',
      'a word as SDP': MARK,
      'a space before v=0': ' v=0\r\n',
      'a byte order mark before v=0': '\uFEFFv=0\r\n',
      'another version': 'v=1\r\n',
      'v=0 in a later line': 'o=-\r\nv=0\r\n',
      'v=0 and more in its line': 'v=0 x\r\n',
      'v=0 without an end': 'v=0',
      'a line without =': `v=0\r\n${MARK}\r\n`,
      'a line with a capital letter': 'v=0\r\nA=x\r\n',
      'a line of two letters': 'v=0\r\nab=x\r\n',
      'an empty line in between': 'v=0\r\n\r\ns=-\r\n',
      'lines that end with CR alone': 'v=0\rs=-\r',
      'a NUL in a line': 'v=0\r\ns=\0\r\n',
      'an escape of a terminal in a line': 'v=0\r\ns=\u001b[2J\r\n',
      'a DEL in a line': 'v=0\r\ns=\u007f\r\n',
      'a tab in a line': 'v=0\r\na=x\ty\r\n',
      'JSON as SDP': '{"v":0}',
      'HTML as SDP': `<script>${MARK}</script>`,
      '30,000 line ends as SDP': `v=0\r\n${'\n'.repeat(30_000)}`,
      '60,000 letters without a line as SDP': `v=0\r\n${'a'.repeat(60_000)}`,
      '15,000 lines and then one that is none': `v=0\n${'a=\n'.repeat(15_000)}!`,
    }),
    ...all(
      { answers: [invalid('description.type', { re: 1 })] },
      {
        'a rollback, which never travels': description(SDP, 'rollback'),
        'an empty type of description': description(SDP, ''),
        'a type of description that every object has': description(SDP, '__proto__'),
      },
    ),
    ...all(
      { answers: [invalid('description', { re: 1 })] },
      {
        'null as description': signal({ description: null }),
        'a text as description': signal({ description: SDP }),
        'an array as description': signal({ description: ['offer', SDP] }),
        'a number as description': signal({ description: 1 }),
      },
    ),
    {
      name: 'a description without SDP',
      send: signal({ description: { type: 'offer' } }),
      answers: [invalid('description.sdp', { re: 1 })],
    },
    {
      name: 'a description whose SDP is an array',
      send: signal({ description: { type: 'offer', sdp: ['v=0\r\n'] } }),
      answers: [invalid('description.sdp', { re: 1 })],
    },
    {
      name: 'an SDP of 60,000 bytes goes on, for nobody reads it here',
      send: description(`v=0\r\n${'a=x\r\n'.repeat(8_000)}`),
      answers: [{ type: 'delivered', re: 1 }],
      relayed: `"description":${JSON.stringify({ type: 'offer', sdp: `v=0\r\n${'a=x\r\n'.repeat(8_000)}` })}`,
    },
    {
      name: 'members of a description that nobody knows are dropped',
      send: signal({ description: { type: 'offer', sdp: 'v=0\r\n', from: MARK, room: MARK } }),
      answers: [{ type: 'delivered', re: 1 }],
      relayed: String.raw`"description":{"type":"offer","sdp":"v=0\r\n"}`,
    },
  ],

  'a candidate that is none': [
    ...badCandidate({
      'a word as candidate': MARK,
      'candidate: alone': 'candidate:',
      'a space as candidate': ' ',
      'a candidate with a line more': `${CANDIDATE}\r\na=${MARK}`,
      'a candidate with a line end behind it': `${CANDIDATE}\n`,
      'a candidate with a line before it': `a=x\r\n${CANDIDATE}`,
      'a candidate with a NUL': `${CANDIDATE}\0`,
      'a candidate with an escape of a terminal': `${CANDIDATE} generation \u001b[2J`,
      'a candidate with a line separator': `${CANDIDATE}\u2028x y`,
      'a candidate with a letter beyond ASCII': `${CANDIDATE} n\u00e4me x`,
      'two spaces in a candidate': CANDIDATE.replace(' udp', '  udp'),
      'a candidate without type': CANDIDATE.replace(' typ host', ''),
      'port 65,536': CANDIDATE.replace('54321', '65536'),
      'port -1': CANDIDATE.replace('54321', '-1'),
      'a port of 1,000 digits': CANDIDATE.replace('54321', '1'.repeat(1_000)),
      'a component that is no number': CANDIDATE.replace('1 1', '1 x'),
      'a priority of 11 digits': CANDIDATE.replace('2122260223', '21222602230'),
      'a foundation of 33 characters': CANDIDATE.replace('candidate:1', `candidate:${'1'.repeat(33)}`),
      'an address of 254 characters': CANDIDATE.replace('192.0.2.1', 'a'.repeat(254)),
      'an address with a path': CANDIDATE.replace('192.0.2.1', '192.0.2.1/24'),
      'an address with a command': CANDIDATE.replace('192.0.2.1', '$(reboot)'),
      'a transport that is a number': CANDIDATE.replace('udp', '17'),
      'a name without a value at the end': `${CANDIDATE} ${MARK}`,
      '60,000 letters as candidate': `candidate:${'a'.repeat(60_000)}`,
      '30,000 spaces behind a candidate': `${CANDIDATE}${' '.repeat(30_000)}\n`,
      '20,000 pairs and then half of one': `${CANDIDATE}${' a b'.repeat(14_000)} c`,
    }),
    ...all(
      { answers: [invalid('candidate.sdpMLineIndex', { re: 1 })] },
      {
        'a line of -1': candidate(CANDIDATE, { sdpMLineIndex: -1 }),
        'a line of 65,536': candidate(CANDIDATE, { sdpMLineIndex: 65_536 }),
        'a line of half': candidate(CANDIDATE, { sdpMLineIndex: 0.5 }),
        'a line as text': candidate(CANDIDATE, { sdpMLineIndex: '0' }),
        'a line as array': candidate(CANDIDATE, { sdpMLineIndex: [0] }),
      },
    ),
    ...all(
      { answers: [invalid('candidate.sdpMid', { re: 1 })] },
      {
        'a mid with a line end': candidate(CANDIDATE, { sdpMid: `0\r\n${MARK}` }),
        'a mid of 257 characters': candidate(CANDIDATE, { sdpMid: 'm'.repeat(257) }),
        'a mid as number': candidate(CANDIDATE, { sdpMid: 0 }),
        'a mid as object': candidate(CANDIDATE, { sdpMid: {} }),
      },
    ),
    ...all(
      { answers: [invalid('candidate.usernameFragment', { re: 1 })] },
      {
        'a fragment of a user name with a NUL': candidate(CANDIDATE, { usernameFragment: '\0' }),
        'a fragment of a user name of 60,000 characters': candidate(CANDIDATE, {
          usernameFragment: 'u'.repeat(60_000),
        }),
        'a fragment of a user name as array': candidate(CANDIDATE, { usernameFragment: [] }),
      },
    ),
    ...all(
      { answers: [invalid('candidate', { re: 1 })] },
      {
        'a text as candidate object': signal({ candidate: CANDIDATE }),
        'an array as candidate object': signal({ candidate: [CANDIDATE] }),
        'false as candidate object': signal({ candidate: false }),
      },
    ),
    ...all(
      { answers: [invalid('candidate.candidate', { re: 1 })] },
      {
        'a candidate object without a candidate': signal({ candidate: { sdpMid: '0' } }),
        'an empty candidate object': signal({ candidate: {} }),
        'null in a candidate object': signal({ candidate: { candidate: null } }),
      },
    ),
    {
      name: 'members of a candidate that nobody knows are dropped',
      send: candidate('', { address: MARK, from: MARK }),
      answers: [{ type: 'delivered', re: 1 }],
      relayed: '"candidate":{"candidate":""}',
    },
  ],

  'a signal that may not go there': [
    {
      name: 'to oneself',
      send: signal({ to: '<self>', custom: MARK }),
      answers: [error('peer-unreachable', { re: 1, room: '<room>', to: '<self>' })],
    },
    {
      name: 'to nobody',
      send: signal({ to: MARK, custom: 1 }),
      answers: [error('peer-unreachable', { re: 1, room: '<room>', to: MARK })],
    },
    {
      name: 'without an id, to nobody',
      send: `{"type":"signal","room":"<room>","to":"${MARK}","custom":1}`,
      answers: [error('peer-unreachable', { room: '<room>', to: MARK })],
    },
    {
      name: 'to another life of a peer',
      send: signal({ toInstance: MARK, custom: 1 }),
      answers: [error('peer-unreachable', { re: 1, room: '<room>', to: '<witness>' })],
    },
    {
      name: 'to a peer in a room that does not exist',
      send: signal({ room: MARK, custom: 1 }),
      answers: [error('not-in-room', { re: 1, room: MARK, to: '<witness>' })],
    },
    {
      name: 'to a peer in a room of others',
      send: signal({ room: 'honest', custom: 1 }),
      answers: [error('not-in-room', { re: 1, room: 'honest', to: '<witness>' })],
    },
    {
      name: 'to a room instead of a peer',
      send: signal({ to: '<room>', custom: 1 }),
      answers: [error('peer-unreachable', { re: 1, room: '<room>', to: '<room>' })],
    },
    {
      name: 'to all',
      send: signal({ to: '*', custom: 1 }),
      answers: [error('peer-unreachable', { re: 1, room: '<room>', to: '*' })],
    },
    ...all(
      { answers: [invalid('*', { re: 1 })] },
      {
        'in the name of somebody else': signal({ from: '<witness>', custom: 1 }),
        'as another life': signal({ fromInstance: MARK, custom: 1 }),
        'as mail': signal({ mailed: 1, custom: 1 }),
      },
    ),
    {
      name: 'two in one frame, one of them in the text of the other',
      send: signal({ custom: `"},{"type":"signal","room":"<room>","to":"<witness>","custom":"${MARK}` }),
      answers: [{ type: 'delivered', re: 1 }],
      relayed: `"custom":${JSON.stringify(`"},{"type":"signal","room":"<room>","to":"<witness>","custom":"${MARK}`)}`,
    },
  ],

  'what may not be done in a room of others': [
    {
      name: 'leave it',
      send: '{"type":"leave","id":1,"room":"honest"}',
      answers: [error('not-in-room', { re: 1, room: 'honest' })],
    },
    {
      name: 'update it',
      send: `{"type":"update","id":1,"room":"honest","meta":"${MARK}"}`,
      answers: [error('not-in-room', { re: 1, room: 'honest' })],
    },
    {
      name: 'unmatch without waiting',
      send: `{"type":"unmatch","id":1,"queue":"${MARK}"}`,
      answers: [error('not-waiting', { re: 1, queue: MARK, size: 2 })],
    },
    {
      name: 'unmatch in a queue of another size',
      send: [
        `{"type":"match","id":1,"queue":"${MARK}"}`,
        `{"type":"unmatch","id":2,"queue":"${MARK}","size":3}`,
      ],
      answers: [
        { type: 'waiting', re: 1, queue: MARK, size: 2 },
        error('not-waiting', { re: 2, queue: MARK, size: 3 }),
      ],
    },
    {
      name: 'join a code that nobody minted',
      send: '{"type":"join","id":1,"room":"2345-6789"}',
      answers: [error('room-not-found', { re: 1, room: '2345-6789' })],
    },
    {
      name: 'join a code that nobody minted, and create it',
      send: '{"type":"join","id":1,"room":"2345-6789","create":true}',
      answers: [error('room-not-found', { re: 1, room: '2345-6789' })],
    },
    {
      name: 'join a room that does not exist without creating it',
      send: `{"type":"join","id":1,"room":"${MARK}","create":false}`,
      answers: [error('room-not-found', { re: 1, room: MARK })],
    },
  ],
};
