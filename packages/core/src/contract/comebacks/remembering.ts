/** What is known of each peer or room, for who spoils a directory by it. */
export function remembering<Value>() {
  const known = new Map<string, Value>();
  return { known, note: (key: string, value: Value) => void known.set(key, value) };
}
