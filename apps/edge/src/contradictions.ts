import type { Config } from './config.ts';
import type { VariableName } from './variables.ts';
import { authOf, keyFaults } from './verifier.ts';

type Values = Partial<Config>;
type IsGiven = (name: VariableName) => boolean;
/** What is said if it is so. */
type Rows = readonly (readonly [isSo: boolean, mistake: string])[];

/**
 * What each setting alone cannot see: one line a contradiction.
 *
 * @param values without those that are bad: nothing that depends on one of them is said
 * @param isGiven whether a setting is there, be it good or bad
 */
export function contradictions(values: Values, isGiven: IsGiven): string[] {
  const { PARLEY_JWT_ALGORITHM: algorithm, PARLEY_JWT_PUBLIC_KEYS: files } = values;
  const isAuthBad = isGiven('PARLEY_AUTH') && values.PARLEY_AUTH === undefined;
  const rows = isAuthBad ? [] : aboutAuth(values, isGiven);
  const faults = files ? keyFaults(algorithm, files) : [];
  return [
    ...rows.filter(([isSo]) => isSo).map(([, mistake]) => mistake),
    ...faults.map((fault) => `PARLEY_JWT_PUBLIC_KEYS: ${fault}`),
  ];
}

function aboutAuth(values: Values, isGiven: IsGiven): Rows {
  const auth = authOf(values.PARLEY_AUTH, isGiven);
  const unnamed = (kind: (typeof auth)[number], name: VariableName) =>
    [!auth.includes(kind) && isGiven(name), `${name} is set, but PARLEY_AUTH does not name ${kind}`] as const;
  return [
    [
      auth.length === 0,
      'nobody could connect: set PARLEY_PUBLIC_TOKENS, PARLEY_JWT_SECRET or PARLEY_JWT_PUBLIC_KEYS, or PARLEY_AUTH=none',
    ],
    [
      auth.includes('none') && auth.length > 1,
      'PARLEY_AUTH=none lets everybody in and cannot stand beside others',
    ],
    [
      auth.includes('public') && !isGiven('PARLEY_PUBLIC_TOKENS'),
      'PARLEY_AUTH names public, but PARLEY_PUBLIC_TOKENS is not set',
    ],
    unnamed('public', 'PARLEY_PUBLIC_TOKENS'),
    unnamed('jwt', 'PARLEY_JWT_SECRET'),
    unnamed('jwt', 'PARLEY_JWT_PUBLIC_KEYS'),
    ...(auth.includes('jwt') ? aboutAlgorithm(values.PARLEY_JWT_ALGORITHM, isGiven) : []),
  ];
}

function aboutAlgorithm(algorithm: Values['PARLEY_JWT_ALGORITHM'], isGiven: IsGiven): Rows {
  if (algorithm === undefined) return [];
  const secret = 'PARLEY_JWT_SECRET';
  const keys = 'PARLEY_JWT_PUBLIC_KEYS';
  const [needed, useless] = algorithm === 'HS256' ? ([secret, keys] as const) : ([keys, secret] as const);
  return [
    [!isGiven(needed), `PARLEY_JWT_ALGORITHM=${algorithm} needs ${needed}`],
    [isGiven(useless), `${useless} is set, but PARLEY_JWT_ALGORITHM is ${algorithm}`],
  ];
}
