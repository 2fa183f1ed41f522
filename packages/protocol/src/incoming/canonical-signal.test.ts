import { readdirSync, readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode, decodeAny } from '../codec.ts';
import type { Json } from '../json.ts';
import { CANONICAL_DEPTH, readCanonicalSignal } from './canonical-signal.ts';

const to = '{"type":"signal","room":"r","to":"p",';
const sdp = '"v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\ns=-\\r\\n"';
const host = 'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host';

describe('a signal is read without being parsed', () => {
  it.each([
    `${to}"description":{"type":"offer","sdp":${sdp}}}`,
    `${to}"description":{"type":"answer","sdp":${sdp}},"seq":0,"ack":999999999999999}`,
    `${to}"description":{"type":"pranswer","sdp":"v=0\\ns=é\\na=x"},"id":7}`,
    `${to}"candidate":{"candidate":"${host}","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"4ZcD"}}`,
    `${to}"candidate":{"candidate":"","sdpMid":null,"sdpMLineIndex":null,"usernameFragment":null},"id":"x"}`,
    `${to}"candidate":null,"seq":1}`,
    `${to}"custom":{"sealed":"YWJj","n":-1.5e3,"t":true,"s":"\\u00e9\\"\\\\"},"ack":2}`,
    `${to}"custom":"\ud800 \u2028"}`,
    `${to}"ack":3,"id":0}`,
    '{"type":"signal","id":-5,"room":"r","to":"p","toInstance":"i","custom":null}',
    '{"type":"signal","id":"","room":"r","to":"p","custom":{}}',
  ])('%s', (text) => {
    expect(readCanonicalSignal(text)).toBeDefined();
    expectSame(text);
  });

  it.each(signalsOfBrowsers())('as a browser says it: %s', (text) => {
    expect(readCanonicalSignal(`${to}${text.slice(1)}`)).toBeDefined();
    expectSame(`${to}${text.slice(1)}`);
  });
});

describe('a signal is left to the way that reads everything', () => {
  it.each([
    `${to}"description":{"type":"rollback","sdp":""}}`,
    `${to}"description":{"type":"offer","sdp":"v=0\\r\\na=\\u0000\\r\\n"}}`,
    `${to}"description":{"type":"offer","sdp":"v=0\\r\\na=\u0001\\r\\n"}}`,
    `${to}"description":{"type":"offer","sdp":"v=0\\r\\na=\u007f\\r\\n"}}`,
    `${to}"description":{"type":"offer","sdp":"v=0\\r\\nhello"}}`,
    `${to}"description":{"type":"offer","sdp":"v=0\\\\r\\\\n"}}`,
    `${to}"description":{"type":"offer","sdp":${sdp},"sdp":${sdp}}}`,
    `${to}"description":{"type":"offer","sdp":${sdp}},"description":{"type":"offer","sdp":${sdp}}}`,
    `${to}"candidate":{"candidate":"hello"}}`,
    `${to}"candidate":{"candidate":"${host} a \\"b"}}`,
    `${to}"candidate":{"candidate":"${host}"},"custom":1}`,
    `${to}"candidate":{"sdpMLineIndex":65536,"candidate":"${host}"}}`,
    `${to}"custom":01}`,
    `${to}"custom":"\t"}`,
    `${to}"custom":"\\x"}`,
    `${to}"custom":"\\u12"}`,
    `${to}"custom":1,"seq":9007199254740993}`,
    `${to}"custom":1,"seq":-1}`,
    `${to}"custom":1,"ack":1,"seq":1}`,
    `${to}"custom":1,"x":1}`,
    `${to}"custom":1,"__proto__":1}`,
    `${to}"custom":1,"id":1.5}`,
    `${to}"custom":1,"id":-0}`,
    `${to}"custom":1,"id":"${'x'.repeat(65)}"}`,
    `${to}"custom":1}\n`,
    `${to}"custom":1}}`,
    `${to}"seq":1}`,
    `${to.replace('"p"', '"p q"')}"custom":1}`,
    `${to.replace('"p"', '"\\u0070"')}"custom":1}`,
    '{"type":"signal","id":1,"room":"r","to":"p","custom":1,"id":1}',
    '{"type":"s\\u0069gnal","room":"r","to":"p","custom":1}',
  ])('%s', (text) => {
    expect(readCanonicalSignal(text)).toBeUndefined();
    expectSame(text);
  });

  it('where the bound of depth would refuse it', () => {
    const text = `${to}"custom":{}}`;

    expect(decode(text, { maxDepth: CANONICAL_DEPTH })).toMatchObject({ ok: true });
    expect(decode(text, { maxDepth: CANONICAL_DEPTH - 1 })).toMatchObject({ ok: false });
  });
});

describe('for every text', () => {
  it('what is read without being parsed is what the way that reads everything finds', () => {
    let read = 0;
    let refused = 0;
    fc.assert(
      fc.property(nearlySignals(), (text) => {
        expectSame(text);
        if (readCanonicalSignal(text)) read++;
        else if (!decodeAny(text).ok) refused++;
      }),
      { numRuns: 10_000 },
    );
    // It would be no test if all were right, or none.
    expect(read).toBeGreaterThan(1_000);
    expect(refused).toBeGreaterThan(1_000);
  });

  it('the comparison notices a way that is too short', () => {
    const careless = (text: string): unknown => text.includes('"type":"signal"') || undefined;
    const isTooShort = (text: string): boolean => careless(text) !== undefined && !decodeAny(text).ok;

    expect(fc.check(fc.property(nearlySignals(), (text) => !isTooShort(text))).failed).toBe(true);
  });

  it.each([
    ['short lines', `${to}"description":{"type":"offer","sdp":"v=0\\n${'a=\\r\\n'.repeat(250_000)}\u0000`],
    ['one line', `${to}"description":{"type":"offer","sdp":"v=0\\na=${'x'.repeat(1_000_000)}`],
    ['carriage returns', `${to}"description":{"type":"offer","sdp":"v=0\\na=${'\\r'.repeat(500_000)}`],
    ['pairs of a candidate', `${to}"candidate":{"candidate":"${host}${' a b'.repeat(250_000)} "}}`],
    ['escapes', `${to}"custom":"${'\\"'.repeat(500_000)}`],
    ['backslashes', `${to}"custom":"${'\\'.repeat(1_000_001)}"}`],
    ['digits', `${to}"custom":${'1'.repeat(1_000_000)}.`],
    ['members', `${to}"custom":{${'"a":1,'.repeat(200_000)}}}`],
    ['members with a long string each', `${to}"custom":{${`"a":"${'\\n'.repeat(500)}",`.repeat(1_000)}}}`],
  ])('a megabyte of %s takes linear time', (_, text) => {
    const startedAt = performance.now();
    readCanonicalSignal(text);

    // Milliseconds when linear, minutes when not; the bound only has to tell the two apart.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

/** Whatever the short way says, it says what the long one says; what it does not say, `decode` says none the less. */
function expectSame(text: string): void {
  expect(decode(text)).toStrictEqual(decodeAny(text));
}

/** Signals as JSON text, right or wrong in any way that texts can be wrong. */
function nearlySignals(): fc.Arbitrary<string> {
  const sdpText = fc
    .tuple(
      rarely(['v=1', ''], ['v=0']),
      fc.array(fc.tuple(lineEnd, line), { maxLength: 4 }),
      fc.constantFrom('', '\\r\\n', '\\n'),
    )
    .map(([version, lines, end]) => `"${version}${lines.flat().join('')}${end}"`);
  const description = fc
    .tuple(
      rarely(['rollback', 'off\\u0065r', ''], ['offer', 'answer', 'pranswer']),
      sdpText,
      more,
      fc.boolean(),
    )
    .map(([type, text, rest, isTurned]) =>
      isTurned ? `{"sdp":${text},"type":"${type}"${rest}}` : `{"type":"${type}","sdp":${text}${rest}}`,
    );
  const candidate = fc
    .tuple(
      candidateText,
      fc.shuffledSubarray(['"sdpMid":"0"', '"sdpMLineIndex":0', '"usernameFragment":"4ZcD"']),
      rarely(
        [
          ...shortTexts.map((text) => `,"sdpMid":${text}`),
          ...shortTexts.map((text) => `,"usernameFragment":${text}`),
          ...lineIndexes.map((index) => `,"sdpMLineIndex":${index}`),
        ],
        [''],
      ),
      more,
    )
    .map(
      ([text, usual, unusual, rest]) => `{${[`"candidate":${text}`, ...usual].join(',')}${unusual}${rest}}`,
    );
  const custom = fc.oneof(
    anyJson,
    fc
      .dictionary(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean()))
      .map((value) => JSON.stringify(value)),
  );
  const carried = fc.oneof(
    description.map((value) => [`"description":${value}`]),
    fc.oneof(candidate, fc.constant('null')).map((value) => [`"candidate":${value}`]),
    custom.map((value) => [`"custom":${value}`]),
    fc.constant<string[]>([]),
  );
  const id = messageId.map((value) => `"id":${value}`);
  const members = fc
    .tuple(
      fc.tuple(id, fc.constantFrom('first', 'last', 'first', 'last', 'nowhere', 'both')),
      fc.tuple(name, name),
      optional(name.map((instance) => `"toInstance":${instance}`)),
      carried,
      optional(number.map((seq) => `"seq":${seq}`)),
      optional(number.map((ack) => `"ack":${ack}`)),
    )
    .map(([[mark, place], [room, peer], instance, ...rest]) => [
      '"type":"signal"',
      ...(place === 'first' || place === 'both' ? [mark] : []),
      `"room":${room}`,
      `"to":${peer}`,
      ...instance,
      ...rest.flat(),
      ...(place === 'last' || place === 'both' ? [mark] : []),
    ]);
  const whole = members.map((all) => `{${all.join(',')}}`);
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    {
      weight: 1,
      arbitrary: members.chain((all) => fc.shuffledSubarray(all)).map((all) => `{${all.join(',')}}`),
    },
    { weight: 1, arbitrary: members.map((all) => `{${all.join(', ')} }`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(members, fc.nat(), strangeMember)
        .map(([all, at, what]) => `{${all.toSpliced(at % all.length, 0, what).join(',')}}`),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(whole, fc.nat(), fc.nat(2), strangeText).map(([text, at, length, what]) => {
        const start = at % text.length;
        return text.slice(0, start) + what + text.slice(start + length);
      }),
    },
  );
}

const line = rarely(
  ['', 'A=x', 'a', 'a=\\"', 'a=\\\\', 'a=\\/', 'a=\\u0041', 'a=\\t', 'a=\u007f', 'a=\t', 'a=\\u0000', 'a="'],
  ['a=x', 's=-', 'c=IN IP4 0.0.0.0', 'a=', 'z=é', 'a=\u2028\ud800'],
);
const lineEnd = rarely(['\\r', '\r\n', '\\u000a', '\\\\r\\\\n', '\\n\\n'], ['\\r\\n', '\\n']);
const candidateText = rarely(
  ['"hello"', `"${host} x"`, `"${host} x \\"y"`, `"${host} x \\\\"`, `"${host} x "y"`, 'null'],
  ['""', `"${host}"`, `"a=${host} generation 0"`, `"${host} x "`],
);
const shortTexts = ['null', '""', '"é"', '"a\u007f"', '"a\\n"', '"\\u0061"', '0', `"${'x'.repeat(257)}"`];
const lineIndexes = ['0', '9999', '10000', '65535', '65536', '-1', 'null', '0.0'];
const name = rarely(
  ['""', '"a b"', '"\\u0061"', '"{"', '"é"', `"${'x'.repeat(129)}"`, '1', '"a'],
  ['"r"', '"p.7Hc2mVq0"', '"!~|#"', `"${'x'.repeat(128)}"`],
);
const number = rarely(
  ['-0', '-1', '00', '1.0', '1e2', '9007199254740991', '9007199254740992', '"1"', 'null'],
  ['0', '1', '999999999999999', '1000000000000000'],
);
const messageId = fc.oneof(
  number,
  fc.maxSafeInteger().map(String),
  rarely(
    ['"\\u0061"', `"${'x'.repeat(65)}"`, '"a\u001f"', '{}'],
    ['"a"', '""', '"\u2028é\ud800"', '"a\u007f"', `"${'x'.repeat(64)}"`],
  ),
);
const anyJson = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    'null',
    'true',
    '-0',
    '1e5',
    '0.5',
    '""',
    '"\\u00e9"',
    '"\ud800"',
    '9007199254740993',
    '{"a":1,"a":2}',
    '{"__proto__":1}',
    '{"":{"":[]}}',
  ),
  fc.constantFrom(
    '01',
    '1.',
    '.5',
    '+1',
    'nul',
    '"\\u12"',
    '"\\x"',
    '"\t"',
    '{"a":1,}',
    '{"a"}',
    '1,2',
    `${'['.repeat(40)}${']'.repeat(40)}`,
  ),
);
const strangeMember = fc.constantFrom(
  '',
  '"x":1',
  '"__proto__":{}',
  '"room":"r"',
  '"t\\u006f":"p"',
  '"custom":1',
  '"seq":1',
);
const strangeText = fc.constantFrom('', ' ', '\n', '\\', '"', ',', '}', '{', '\u0000', '\ud800', '\ufeff');
/** Now and then members that nobody here knows, or that are there twice. */
const more = fc
  .tuple(rarely(['x', '__proto__', 'type', 'sdp', 's\\u0064p', 'candidate'], ['']), anyJson)
  .map(([member, value]) => (member === '' ? '' : `,"${member}":${value}`));

function rarely(unusual: readonly string[], usual: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 19, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...unusual) },
  );
}

function optional(member: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc.array(member, { maxLength: 1 });
}

/** All that was recorded, but of aiortc, whose candidates have members of their own. */
function signalsOfBrowsers(): string[] {
  const golden = new URL('../golden/', import.meta.url);
  return readdirSync(golden)
    .filter((file) => file.endsWith('.json') && file !== 'aiortc.json')
    .flatMap(
      (file) => (JSON.parse(readFileSync(new URL(file, golden), 'utf8')) as { signals: Json[] }).signals,
    )
    .map((signal) => JSON.stringify(signal));
}
