// Builds the page into dist/: src/main.ts becomes main.js, everything else that is not TypeScript is copied as it is.
import { cpSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
cpSync('src', 'dist', { recursive: true, filter: (path) => !['.ts', '.tsx'].includes(extname(path)) });

await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  conditions: ['@parley/source'],
  logLevel: 'warning',
});
