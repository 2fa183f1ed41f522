/**
 * One linear pass over a JSON text, before it is parsed: how deep it nests, and where each member of the outermost
 * object stands. Depth has to be known first, because V8 parses a million nested arrays but cannot stringify five
 * thousand. The places let a payload travel on as the text it came as.
 *
 * The text may be anything. Of a text that JSON.parse refuses the result says nothing, except that its depth is
 * bounded; of one that it accepts, the result is exact.
 */

/** A member of the outermost object. */
export interface Member {
  /** The raw text between the quotes of its name; a name written with escapes stays so. */
  readonly name: string;
  /** Where its value starts in the text, and ends. Space around the value may be included. */
  readonly start: number;
  readonly end: number;
  /** If the value is an object: how many members it is written with, duplicates counted. */
  readonly size: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The members of the outermost object, in order; `undefined` if the text nests deeper than `maxDepth`. */
export function scan(text: string, maxDepth: number): Member[] | undefined {
  const members: Member[] = [];
  let depth = 0;
  let stringStart = 0;
  let stringEnd = 0;
  let name: string | undefined;
  let start = 0;
  let size = 0;

  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        stringStart = at + 1;
        stringEnd = endOfString(text, stringStart);
        at = stringEnd;
        break;
      case COLON:
        if (depth === 2) size++;
        if (depth !== 1) break;
        name = text.slice(stringStart, stringEnd);
        start = at + 1;
        size = 0;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        if (depth > maxDepth) return undefined;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        if (depth !== 0 || name === undefined) break;
        members.push({ name, start, end: at, size });
        name = undefined;
        break;
      case COMMA:
        if (depth !== 1 || name === undefined) break;
        members.push({ name, start, end: at, size });
        name = undefined;
    }
  }
  return members;
}

/** Where the string ends whose first character stands at `start`; the end of the text if nothing closes it. */
function endOfString(text: string, start: number): number {
  // The native search makes a description of 1.4 KB cost one call instead of 1,400 turns of the loop above.
  let quote = text.indexOf('"', start);
  while (quote !== -1 && isEscaped(text, quote, start)) quote = text.indexOf('"', quote + 1);
  return quote === -1 ? text.length : quote;
}

/** Whether an odd number of backslashes stands before `quote`. */
function isEscaped(text: string, quote: number, start: number): boolean {
  let before = quote - 1;
  while (before >= start && text.charCodeAt(before) === BACKSLASH) before--;
  return (quote - before) % 2 === 0;
}
