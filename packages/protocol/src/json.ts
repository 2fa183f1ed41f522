/** What JSON can say. Strangers' values stay of this type until somebody has looked into them. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const utf8 = new TextEncoder();

/** Whether `value` has a JSON text (`undefined` has none), and it takes at most `maxBytes` bytes of UTF-8. */
export function fitsJsonBytes(value: unknown, maxBytes: number): boolean {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || text.length > maxBytes) return false;
  // A UTF-16 unit takes at most three bytes, so most texts need no counting.
  return text.length * 3 <= maxBytes || utf8.encode(text).length <= maxBytes;
}
