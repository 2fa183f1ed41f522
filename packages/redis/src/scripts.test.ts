import { readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { readScript, scriptNames, type ScriptName } from './scripts.ts';

/** The bans and their version; a peer and its mail. */
const hasTwoKeys: readonly ScriptName[] = [
  ...(['ban', 'unban', 'bans'] as const),
  ...(['claim', 'confirm', 'assert-peer', 'away', 'put', 'bye'] as const),
];

describe('scripts', () => {
  it('are all there, and no file is without a name', () => {
    const files = readdirSync(new URL('./scripts', import.meta.url)).filter((name) => name.endsWith('.lua'));

    expect(files.toSorted()).toEqual(scriptNames.map((name) => `${name}.lua`).toSorted());
  });

  it.each(scriptNames)('%s begins with its flags, and says its keys, arguments and answers', (name) => {
    const { source } = readScript(name);

    expect(source).toMatch(/^#!lua( flags=allow-oom)?\n-- /);
    for (const word of ['-- KEYS[1]  ', '-- ARGV     ', '-- Returns  ']) expect(source).toContain(word);
  });

  it.each(scriptNames)(
    '%s touches the keys alone that it says: one, or for bans and peers those of one slot',
    (name) => {
      const { source } = readScript(name);

      const said = source.match(/(?<=^-- )KEYS\[\d\](?=  )/gm) ?? [];
      expect(said).toEqual(hasTwoKeys.includes(name) ? ['KEYS[1]', 'KEYS[2]'] : ['KEYS[1]']);
      expect(new Set(source.match(/KEYS\[.*?\]/g))).toEqual(new Set(said));
    },
  );

  it.each(scriptNames)('%s is whole, and leaves chance to its caller', (name) => {
    const { source } = readScript(name);

    expect(source).not.toContain('--- include');
    expect(source).not.toMatch(/math\.random|cjson\.encode|tostring\(/);
  });
});
