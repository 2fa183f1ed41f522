// node --conditions=@parley/source --import ./test/support/typescript.mjs <file.ts>
// Node 20 reads no TypeScript: esbuild takes the types out of each file as it is loaded. For programs that are no tests.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transform } from 'esbuild';

// Hooks run in a thread of their own, which loads this file again.
if (isMainThread) register(import.meta.url);

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const sourcefile = fileURLToPath(url);
  const source = await readFile(sourcefile, 'utf8');
  const { code } = await transform(source, {
    loader: 'ts',
    sourcefile,
    sourcemap: 'inline',
    target: 'node20',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
