import fc from 'fast-check';

import { anyChange, anyTear, changed, objectOf, torn, type Change, type Tear } from './changes.ts';
import { RIGHT, text, type Cast, type Member } from './right.ts';

/** A message that was right once, and what was done to it. */
export interface Fuzzed {
  readonly type: keyof typeof RIGHT;
  readonly variant: number;
  readonly id: 'number' | 'text' | 'none';
  readonly changes: readonly Change[];
  readonly tear: Tear | null;
}

/** Messages of which some are right, most are nearly right, and a few are no messages at all. */
export const fuzzed: fc.Arbitrary<Fuzzed> = fc.record({
  // A session that says goodbye says nothing more.
  type: fc.oneof(
    {
      arbitrary: fc.constantFrom<Fuzzed['type'][]>(
        'join',
        'leave',
        'update',
        'match',
        'unmatch',
        'refresh',
        'ice',
        'ping',
      ),
      weight: 30,
    },
    { arbitrary: fc.constant('signal' as const), weight: 18 },
    { arbitrary: fc.constant('bye' as const), weight: 1 },
  ),
  variant: fc.nat(9),
  id: fc.constantFrom('number', 'text', 'text', 'none'),
  changes: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(anyChange, { minLength: 1, maxLength: 3 }), weight: 3 },
  ),
  tear: fc.oneof({ arbitrary: fc.constant(null), weight: 7 }, anyTear),
});

/** Writes it down. Bytes are meant as a text frame like the rest, and need not be UTF-8. */
export function written(message: Fuzzed, cast: Cast): string | Uint8Array {
  const members = message.changes.reduce(changed, membersOf(message, cast));
  return message.tear ? torn(objectOf(members), message.tear) : objectOf(members);
}

function membersOf({ type, variant, id }: Fuzzed, cast: Cast): readonly Member[] {
  const forms = RIGHT[type] as readonly ((cast: Cast) => Member[])[];
  const form = forms[variant % forms.length]!;
  const ids = { number: `${cast.serial}`, text: `"m-${cast.serial}"`, none: undefined };
  return [['type', text(type)], ...(ids[id] === undefined ? [] : [['id', ids[id]] as const]), ...form(cast)];
}
