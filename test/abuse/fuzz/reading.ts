/** How deep a message may nest; see PROTOCOL.md. */
const MAX_DEPTH = 32;

/** What can be read of a frame, by somebody who does not know how the node reads it. */
export interface Reading {
  /** The object, if it is one and not nested too deeply. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  /** A member stands twice in it, or in its description or candidate. */
  readonly isTwofold: boolean;
  /** What every answer to it must carry. */
  readonly id: string | number | undefined;
}

const NOTHING: Reading = { value: undefined, isTwofold: false, id: undefined };

/** Reads a frame as PROTOCOL.md says: whole and slowly. */
export function readingOf(text: string): Reading {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NOTHING;
  const { depth, isTwofold } = formOf(text);
  if (depth > MAX_DEPTH) return NOTHING;
  const { id } = value as { id?: unknown };
  return { value: value as Record<string, unknown>, isTwofold, id: isId(id) ? id : undefined };
}

function isId(id: unknown): id is string | number {
  return typeof id === 'string' ? /^.{0,64}$/su.test(id) : Number.isSafeInteger(id);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // most are no JSON
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
const OURS: ReadonlySet<string> = new Set(['description', 'candidate']);

/** Of JSON, token by token. */
function formOf(text: string): { readonly depth: number; readonly isTwofold: boolean } {
  /** Of each object that is open, the names so far; of each array, none. */
  const open: { readonly names: Set<string>; readonly isOurs: boolean }[] = [];
  let depth = 0;
  let isTwofold = false;
  let lastName = '';
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push({ names: new Set(), isOurs: open.length === 0 || (open.length === 1 && OURS.has(lastName)) });
      depth = Math.max(depth, open.length);
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (/^\s*:/.test(text.slice(index + token.length, index + token.length + 50))) {
      lastName = JSON.parse(token) as string;
      const { names, isOurs } = open.at(-1)!;
      isTwofold ||= isOurs && names.has(lastName);
      names.add(lastName);
    }
  }
  return { depth, isTwofold };
}
