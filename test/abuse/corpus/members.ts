import { MARK } from '../support/mark.ts';
import { all, invalid, pong, type FrameRow, type FrameThemes } from './row.ts';

/** A right message of each type, of which one member at a time is made wrong. */
const RIGHT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  join: { room: '"r"', create: 'true', capacity: '4', meta: '{}' },
  leave: { room: '"r"' },
  update: { room: '"r"', meta: '{}' },
  match: { queue: '"q"', size: '2', meta: '{}', timeoutMs: '1000' },
  unmatch: { queue: '"q"', size: '2' },
  signal: { room: '"r"', to: '"p"', toInstance: '"i"', custom: '0', seq: '1', ack: '1' },
  refresh: { token: '"a-token-of-the-right-form"' },
};

const TEXTS = {
  null: 'null',
  true: 'true',
  'a number': '7',
  'an array': '["r"]',
  'an object': '{"r":"r"}',
  'no text': '""',
};
const NUMBERS = {
  null: 'null',
  true: 'true',
  'a text': '"2"',
  'an array': '[2]',
  'an object': '{}',
  'a fraction': '2.5',
  'too many': '1e999',
  'fewer than none': '-1',
};
const FLAGS = { null: 'null', 'a number': '1', 'a text': '"true"', 'an array': '[]', 'an object': '{}' };

const WRONG: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  room: TEXTS,
  queue: TEXTS,
  to: TEXTS,
  toInstance: TEXTS,
  token: TEXTS,
  create: FLAGS,
  capacity: NUMBERS,
  size: NUMBERS,
  timeoutMs: NUMBERS,
  seq: NUMBERS,
  ack: NUMBERS,
};

function messageOf(type: string, members: Readonly<Record<string, string>>): string {
  const rest = Object.entries(members).map(([name, value]) => `,"${name}":${value}`);
  return `{"type":"${type}","id":"${MARK}"${rest.join('')}}`;
}

/** Each member of each message, with each value that is of another kind. */
const ofAnotherKind = (): FrameRow[] =>
  Object.entries(RIGHT).flatMap(([type, members]) =>
    Object.keys(members).flatMap((member) =>
      Object.entries(WRONG[member] ?? {}).map(([kind, value]) => ({
        name: `${type} with ${kind} as ${member}`,
        send: messageOf(type, { ...members, [member]: value }),
        answers: [invalid(member, { re: MARK })],
      })),
    ),
  );

/** Each message without the members that it must have. */
const missing = (): FrameRow[] =>
  Object.entries({
    leave: 'room',
    update: 'room',
    match: 'queue',
    unmatch: 'queue',
    signal: 'to',
    refresh: 'token',
  }).map(([type, member]) => {
    const { [member]: _, ...rest } = RIGHT[type] ?? {};
    return {
      name: `${type} without ${member}`,
      send: messageOf(type, rest),
      answers: [invalid(member, { re: MARK })],
    };
  });

/** Each message with a member more. */
const unknown = (): FrameRow[] =>
  Object.entries({ ...RIGHT, ice: {}, ping: {}, bye: {} }).map(([type, members]) => ({
    name: `${type} with a member that nobody knows`,
    send: messageOf(type, { ...members, [MARK]: `"${MARK}"` }),
    answers: [invalid('*', { re: MARK })],
  }));

const ping = (id: string) => `{"type":"ping","id":${id}}`;

/** Members of another kind than they should be, too many of them, or too few. */
export const members: FrameThemes = {
  'a member of another kind': ofAnotherKind(),
  'a member too few': [
    ...missing(),
    {
      name: 'join that may not create and names no room',
      send: messageOf('join', { create: 'false' }),
      answers: [invalid('create', { re: MARK })],
    },
    ...all(
      { answers: [invalid('', { re: MARK })] },
      {
        'signal without anything in it': messageOf('signal', { room: '"r"', to: '"p"' }),
        'signal with nothing but seq': messageOf('signal', { room: '"r"', to: '"p"', seq: '1' }),
        'signal with two payloads': messageOf('signal', {
          room: '"r"',
          to: '"p"',
          candidate: 'null',
          custom: 'null',
        }),
      },
    ),
  ],
  'a member too many': unknown(),

  'an id that cannot be one': all(
    { answers: [invalid('id')] },
    {
      'null as id': ping('null'),
      'false as id': ping('false'),
      'a fraction as id': ping('0.1'),
      'an array as id': ping(`["${MARK}"]`),
      'an object as id': ping('{}'),
      'infinity as id': ping('1e999'),
      'minus infinity as id': ping('-1e999'),
      'an integer that is not safe as id': ping('9007199254740992'),
      'a number of 400 digits as id': ping('9'.repeat(400)),
      'a text of 65 characters as id': ping(`"${'x'.repeat(65)}"`),
      'a text of 60,000 characters as id': ping(`"${'x'.repeat(60_000)}"`),
      'a text of 65 characters, each of two units, as id': ping(`"${'\u{1F44B}'.repeat(65)}"`),
    },
  ),

  'an id that looks as if it could not be one': [
    { name: 'an empty text as id', send: ping('""'), answers: [pong('')] },
    { name: 'minus zero as id, which comes back as zero', send: ping('-0'), answers: [pong(0)] },
    { name: 'an integer that is written as a power, as id', send: ping('1e3'), answers: [pong(1_000)] },
    {
      name: 'the largest safe integer as id',
      send: ping('9007199254740991'),
      answers: [pong(Number.MAX_SAFE_INTEGER)],
    },
    {
      name: 'the smallest safe integer as id',
      send: ping('-9007199254740991'),
      answers: [pong(Number.MIN_SAFE_INTEGER)],
    },
    { name: '64 characters as id', send: ping(`"${'x'.repeat(64)}"`), answers: [pong('x'.repeat(64))] },
    {
      name: '64 characters, each of two units, as id',
      send: ping(`"${'\u{1F44B}'.repeat(64)}"`),
      answers: [pong('\u{1F44B}'.repeat(64))],
    },
    { name: '__proto__ as id', send: ping('"__proto__"'), answers: [pong('__proto__')] },
    { name: 'constructor as id', send: ping('"constructor"'), answers: [pong('constructor')] },
    { name: 'a NUL as id', send: ping(String.raw`"\u0000"`), answers: [pong('\0')] },
    { name: 'half a surrogate pair as id', send: ping(String.raw`"\ud83d"`), answers: [pong('\ud83d')] },
    { name: 'quotes and braces as id', send: ping(String.raw`"\"},{\""`), answers: [pong('"},{"')] },
    { name: 'the same id twice, in two messages', send: [ping('1'), ping('1')], answers: [pong(1), pong(1)] },
  ],
};
