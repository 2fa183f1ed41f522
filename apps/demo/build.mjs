// Builds the page into dist/: a script and a style sheet, each in one piece, beside index.html as it is.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
cpSync('src/index.html', 'dist/index.html');

await build({
  entryPoints: ['src/main.ts', 'src/style.css'],
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  conditions: ['@parley/source'],
  logLevel: 'warning',
});
