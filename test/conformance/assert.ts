import { type CloseName, CLOSES } from '@parley/protocol/plain';

/** The few assertions that cases need; a page has no test runner to bring any. */

/** Throws an Error of this message if the condition does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Both are the same JSON, whatever the order of members; a member that is `undefined` is absent. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  assert(isEqual(actual, expected), `${what}: expected ${show(expected)} but got ${show(actual)}`);
}

/** The object has these members, and may have others. A member that is `undefined` must be absent. */
export function assertMembers(actual: object | undefined, expected: object, what: string): void {
  const members = Object.keys(expected).map((name) => [name, (actual as Members | undefined)?.[name]]);
  assertEqual(Object.fromEntries(members), expected, what);
}

/** The server has ended this session, or does so now, with the code and the reason of this close. */
export async function assertClosed(
  { closed }: { readonly closed: Promise<object> },
  name: CloseName,
): Promise<void> {
  assertEqual(await closed, { code: CLOSES[name].code, reason: name }, 'close');
}

type Members = Readonly<Record<string, unknown>>;

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => isEqual(a[name], b[name]));
}

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
