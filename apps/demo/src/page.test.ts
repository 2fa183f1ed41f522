import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const html = read('index.html');
const sheets = readdirSync(new URL('style/', import.meta.url));

describe('index.html', () => {
  it('has each part that script looks for', () => {
    const wanted = [...read('page.ts').matchAll(/part\('([a-z-]+)'/g)].map(([, id]) => id);
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((id) => !html.includes(`id="${id}"`))).toEqual([]);
  });

  it('works under a content security policy without inline code, and asks nobody else for anything', () => {
    expect(html).not.toMatch(/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=/);
    // The name of a namespace is no address that anybody is asked at.
    const asked = [html, ...sheets.map((name) => read(`style/${name}`))].join('\n');
    expect(asked.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|(src|href)="\/\/|@import|url\(/,
    );
  });

  it('has every style sheet, once', () => {
    const imported = [...read('style.css').matchAll(/style\/([a-z]+\.css)/g)].map(([, name]) => name);
    expect(new Set(imported)).toEqual(new Set(sheets));
    expect(imported.length).toBe(sheets.length);
  });

  it('has a label for each field', () => {
    const fields = [...html.matchAll(/<input[^>]*\sid="([a-z-]+)"/g)].map(([, id]) => id);
    expect(fields).toEqual(['join-input', 'file-input', 'message-input']);
    expect(fields.filter((id) => !html.includes(`for="${id}"`))).toEqual([]);
  });
});
