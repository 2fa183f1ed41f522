import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'esbuild';

import { shippedPath } from './shipped.ts';

/** A page made of code that somebody pasted, for a node to serve (`PARLEY_DEMO_DIR`); whoever made it removes it. */
export interface PastedPage {
  readonly folder: string;
  remove(): void;
}

/**
 * How the code gets into the page: as a `script` of the old kind, whose names the test can reach, as a `module` as it is, or as a
 * `bundle` of a module and the packages of this repository that it imports.
 */
export type PastedAs = 'script' | 'module' | 'bundle';

/** Makes a page of a piece of code, such as one from a document, below this body. */
export async function pastedPage(code: string, as: PastedAs, body = ''): Promise<PastedPage> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-page-'));
  const type = as === 'script' ? '' : ' type="module"';
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><title>Test</title><link rel="icon" href="data:,">${body}<script${type} src="page.js"></script>\n`,
  );
  const page = join(folder, 'page.js');
  if (as === 'bundle') await bundle(code, page);
  else writeFileSync(page, code);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Packages are found as every test finds them: from their sources. */
async function bundle(contents: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: shippedPath('test') },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@parley/source'],
    logLevel: 'warning',
  });
}
