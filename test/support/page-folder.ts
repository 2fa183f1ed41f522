import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/** A folder of a page that does nothing but bring this script; whoever asks for it removes it. A node serves it as PARLEY_DEMO_DIR. */
export async function pageFolder(script: URL): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-page-'));
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>Test</title><link rel="icon" href="data:,"><script src="script.js"></script>\n',
  );
  await build({
    entryPoints: [fileURLToPath(script)],
    outfile: join(folder, 'script.js'),
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@parley/source'],
    logLevel: 'warning',
  });
  return folder;
}
