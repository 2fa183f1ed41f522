// npm run conformance -- <url> [token]
// Bundles the suite, because Node 20 reads no TypeScript, and runs it against the server at that address.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

process.stdout.on('error', (error) => {
  // Whoever read has gone, as `head` does: nobody is left to be told how it ends.
  if (error.code === 'EPIPE') process.exit(2);
  throw error;
});

const { main } = await bundle();
process.exitCode = await main(process.argv.slice(2));

async function bundle() {
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
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
