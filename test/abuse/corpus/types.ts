import { MARK } from '../support/mark.ts';
import { all, invalid, pong, unknownType, type FrameThemes } from './row.ts';

const message = (type: unknown) => `{"type":${JSON.stringify(type)},"id":"${MARK}"}`;

const wrongKind = (types: Readonly<Record<string, unknown>>) =>
  all(
    { answers: [invalid('type', { re: MARK })] },
    Object.fromEntries(Object.entries(types).map(([name, type]) => [`${name} as type`, message(type)])),
  );

const unknown = (types: readonly string[]) =>
  all(
    { answers: [unknownType({ re: MARK })] },
    Object.fromEntries(types.map((type) => [`${JSON.stringify(type.slice(0, 30))} as type`, message(type)])),
  );

/** Objects whose `type` is not one. */
export const types: FrameThemes = {
  'a type that is no text': [
    ...all(
      { answers: [invalid('type')] },
      { 'an empty object': '{}', 'an object without type': '{"Type":"ping"}' },
    ),
    ...wrongKind({
      null: null,
      true: true,
      false: false,
      zero: 0,
      'a number': 7,
      'an empty array': [],
      'an array of a type': ['ping'],
      'an empty object': {},
      'an object that says how to become text': { toString: 'ping', valueOf: 'ping', length: 4, 0: 'p' },
    }),
  ],

  'a type that nobody knows': [
    ...unknown([
      '',
      ' ',
      'Ping',
      'PING',
      ' ping',
      'ping ',
      'ping\0',
      'ping\n',
      'p\u0131ng',
      '\uFF50ing',
      'welcome',
      'joined',
      'delivered',
      'error',
      'peer-left',
      'going-away',
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'valueOf',
      'hasOwnProperty',
      'isPrototypeOf',
      '__defineGetter__',
      '__lookupSetter__',
      'then',
      'toJSON',
      'length',
      '0',
      'ping,pong',
      '../ping',
      MARK,
      'x'.repeat(60_000),
    ]),
    {
      name: 'half a surrogate pair as type',
      send: String.raw`{"type":"\ud83d","id":"${MARK}"}`,
      answers: [unknownType({ re: MARK })],
    },
    {
      name: 'a type that is written with escapes is that type',
      send: String.raw`{"type":"\u0070\u0069\u006e\u0067","id":"${MARK}"}`,
      answers: [pong(MARK)],
    },
  ],
};
