/**
 * What hostile bytes carry so that it can be found again wherever it comes out: each time they are sent, another one takes
 * the place of this. All have the same length, so that no size changes.
 */
export const MARK = 'Hq0z0z0z0z';

let marks = 0;

/** A mark that nobody had before. */
export function freshMark(): string {
  return `Hq${(++marks).toString(36).padStart(MARK.length - 2, '0')}`;
}

/** The same bytes or text with `mark` in each place of {@link MARK}. */
export function marked(content: string, mark: string): string;
export function marked(content: string | Uint8Array, mark: string): string | Uint8Array;
export function marked(content: string | Uint8Array, mark: string): string | Uint8Array {
  if (typeof content === 'string') return content.replaceAll(MARK, mark);
  // Latin-1 has a character for every byte.
  const text = Buffer.from(content).toString('latin1');
  return text.includes(MARK) ? Buffer.from(text.replaceAll(MARK, mark), 'latin1') : content;
}
