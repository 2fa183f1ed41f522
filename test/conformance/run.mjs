// npm run conformance -- <url> [token]
// Bundles the suite, because Node 20 reads no TypeScript, and runs it against the server at that address.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'parley-conformance-'));
try {
  const outfile = join(folder, 'suite.cjs');
  await build({
    entryPoints: [fileURLToPath(new URL('run-node.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['@parley/source'],
    logLevel: 'warning',
  });
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true });
}
