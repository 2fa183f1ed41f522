import fc from 'fast-check';

import { CANDIDATE, SDP, text, type Member } from './right.ts';

/** Done to the members, or to those of a member. */
export type Change =
  | { readonly do: 'drop' | 'double'; readonly at: number }
  | { readonly do: 'replace'; readonly at: number; readonly value: string }
  | { readonly do: 'add'; readonly at: number; readonly name: string; readonly value: string }
  | { readonly do: 'rename'; readonly at: number; readonly name: string }
  | { readonly do: 'copy'; readonly at: number; readonly from: number }
  | { readonly do: 'wrap'; readonly at: number; readonly levels: number }
  | { readonly do: 'within'; readonly at: number; readonly change: Change };

/** Done to the text. */
export type Tear =
  | { readonly do: 'cut'; readonly at: number }
  | { readonly do: 'splice'; readonly at: number; readonly length: number; readonly text: string }
  | { readonly do: 'escape'; readonly at: number }
  | { readonly do: 'bytes'; readonly bytes: Uint8Array };

const NAMES = [
  'type',
  'id',
  'room',
  'to',
  'toInstance',
  'description',
  'candidate',
  'custom',
  'seq',
  'ack',
  'meta',
  'queue',
  'size',
  'capacity',
  'create',
  'timeoutMs',
  'token',
  'sdp',
  'sdpMid',
  'sdpMLineIndex',
  'usernameFragment',
];
const HOSTILE_NAMES = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'toJSON',
  'then',
  '\u{1F44B}',
  'a"b',
  'x'.repeat(300),
];
const HOSTILE_VALUES = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1',
  '2',
  '0.5',
  '64',
  '65',
  '1e3',
  '1e999',
  '-1e999',
  '9007199254740991',
  '9007199254740993',
  '""',
  '"x"',
  '"signal"',
  '"ping"',
  '"offer"',
  '"rollback"',
  '"__proto__"',
  '"honest"',
  '"2345-6789"',
  String.raw`"\u0000"`,
  String.raw`"\ud83d"`,
  '"a b"',
  '"{}"',
  '[]',
  '[[]]',
  '{}',
  '{"__proto__":{"type":"ping"}}',
  '{"toJSON":1}',
  '{"candidate":""}',
  '{"a":1,"a":2}',
  `{"type":"answer","sdp":${SDP}}`,
  SDP,
  CANDIDATE,
  `"${'x'.repeat(129)}"`,
  `"${'x'.repeat(2_000)}"`,
  '\u00a0',
  'undefined',
  '01',
  "'x'",
  '',
];

const anyPlace = fc.nat(12);
const anyValue = fc.oneof(
  { arbitrary: fc.constantFrom(...HOSTILE_VALUES), weight: 3 },
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }).map(text),
);
const anyName = fc.oneof(
  { arbitrary: fc.constantFrom(...NAMES), weight: 3 },
  fc.constantFrom(...HOSTILE_NAMES),
  fc.string({ maxLength: 5 }),
);

/** Any change. */
export const anyChange: fc.Arbitrary<Change> = fc.letrec<{ change: Change }>((tie) => ({
  change: fc.oneof(
    { depthSize: 'small' },
    fc.record({ do: fc.constantFrom('drop', 'double'), at: anyPlace }),
    fc.record({ do: fc.constant('replace'), at: anyPlace, value: anyValue }),
    fc.record({ do: fc.constant('add'), at: anyPlace, name: anyName, value: anyValue }),
    fc.record({ do: fc.constant('rename'), at: anyPlace, name: anyName }),
    fc.record({ do: fc.constant('copy'), at: anyPlace, from: anyPlace }),
    fc.record({
      do: fc.constant('wrap'),
      at: anyPlace,
      levels: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 28, max: 34 }), fc.constant(5_000)),
    }),
    fc.record({ do: fc.constant('within'), at: anyPlace, change: tie('change') }),
  ) as fc.Arbitrary<Change>,
})).change;

/** Any tear. */
export const anyTear: fc.Arbitrary<Tear> = fc.oneof(
  fc.record({ do: fc.constant('cut' as const), at: fc.nat(200) }),
  fc.record({
    do: fc.constant('splice' as const),
    at: fc.nat(200),
    length: fc.nat(8),
    text: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '\0', '\uFEFF', '//'),
    ),
  }),
  fc.record({ do: fc.constant('escape' as const), at: fc.nat(200) }),
  fc.record({ do: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 60 }) }),
);

/** The members after a change. */
export function changed(members: readonly Member[], change: Change): readonly Member[] {
  if (change.do === 'add')
    return [...members.slice(0, change.at), [change.name, change.value], ...members.slice(change.at)];
  const at = change.at % Math.max(members.length, 1);
  const [name, value] = members[at] ?? ['', ''];
  const withInstead = (...by: Member[]) => [...members.slice(0, at), ...by, ...members.slice(at + 1)];
  switch (change.do) {
    case 'drop':
      return withInstead();
    case 'double':
      return withInstead([name, value], [name, value]);
    case 'replace':
      return withInstead([name, change.value]);
    case 'rename':
      return withInstead([change.name, value]);
    case 'copy':
      return withInstead([name, members[change.from % members.length]?.[1] ?? value]);
    case 'wrap':
      return withInstead([name, '['.repeat(change.levels) + value + ']'.repeat(change.levels)]);
    case 'within':
      return withInstead([name, within(value, change.change)]);
  }
}

/** Changes the members of a value that has some. */
function within(value: string, change: Change): string {
  if (!value.startsWith('{')) return value;
  try {
    const inner = Object.entries(JSON.parse(value) as object).map(([name, member]): Member => [
      name,
      JSON.stringify(member),
    ]);
    return objectOf(changed(inner, change));
  } catch {
    return value; // it was made wrong before
  }
}

/** The text after a tear; bytes in its place need not be UTF-8. */
export function torn(whole: string, tear: Tear): string | Uint8Array {
  switch (tear.do) {
    case 'cut':
      return whole.slice(0, tear.at % whole.length);
    case 'splice':
      return (
        whole.slice(0, tear.at % whole.length) +
        tear.text +
        whole.slice((tear.at % whole.length) + tear.length)
      );
    case 'escape':
      return whole.replace(
        new RegExp(`^(.{${tear.at % whole.length},}?)([a-z])`, 's'),
        (_, before: string, letter: string) => `${before}\\u00${letter.charCodeAt(0).toString(16)}`,
      );
    case 'bytes':
      return tear.bytes;
  }
}

/** As JSON, whatever its values are. */
export const objectOf = (members: readonly Member[]) =>
  `{${members.map(([name, value]) => `${text(name)}:${value}`).join(',')}}`;
