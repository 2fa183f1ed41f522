import { readFileSync } from 'node:fs';

import { shippedPath } from './shipped.ts';

/**
 * The code of a document, as whoever reads it would paste it.
 *
 * @param path of the document, from the root of the repository
 * @param language as it stands after the three backticks
 * @param holding a word by which the block is known, where a document has several of that language
 * @throws Error unless exactly one block fits
 */
export function codeBlock(path: string, language: string, holding = ''): string {
  const text = readFileSync(shippedPath(path), 'utf8');
  const blocks = [...text.matchAll(/^```(\S+)\n([^]*?)^```$/gm)]
    .filter(([, of, code = '']) => of === language && code.includes(holding))
    .map(([, , code = '']) => code);
  const [block] = blocks;
  if (block === undefined || blocks.length > 1)
    throw new Error(`${path} has ${blocks.length} blocks of ${language} with "${holding}", not one`);
  return block;
}

/**
 * Puts something of the test in the one place where a document has an example.
 *
 * @throws Error when the text does not have it exactly once
 */
export function putIn(code: string, example: string, by: string): string {
  const parts = code.split(example);
  if (parts.length !== 2) throw new Error(`the code has ${parts.length - 1} times "${example}", not once`);
  return parts.join(by);
}
