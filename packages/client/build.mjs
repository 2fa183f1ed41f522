// Builds dist/: an ES module per entry, and their types; what several share, or few need, is in chunks. And client.js,
// the whole of index in one file, which nodes serve. Nothing is imported at run time: what is used of others is inside, with its licence.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entries = ['index', 'signaling', 'files', 'simple-peer'];

/** An import of a file of ours, as the compiler writes it. */
const RELATIVE = /(from |import\()['"](\.[^'"]*)\.ts['"]/g;

const allTypes = mkdtempSync(join(tmpdir(), 'parley-client-types-'));
try {
  compileTypes(allTypes);
  rmSync('dist', { recursive: true, force: true });
  const { inputs } = await bundle();
  writeFileSync('dist/third-party-licences.txt', licencesOf(Object.keys(inputs)));
  shipTypes(allTypes);
} finally {
  rmSync(allTypes, { recursive: true, force: true });
}

/** @returns {Promise<import('esbuild').Metafile>} */
async function bundle() {
  /** @satisfies {import('esbuild').BuildOptions} */
  const options = {
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'eof',
    conditions: ['@parley/source'],
    logLevel: 'warning',
  };
  // Beside it, without a mention of it: a node serves the one file only.
  await build({
    ...options,
    entryPoints: ['src/index.ts'],
    outfile: 'dist/client.js',
    sourcemap: 'external',
  });
  const modules = {
    ...options,
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunk-[hash]',
    sourcemap: true,
  };
  // By itself: nobody has use for both it and index, and what two share is compressed less well.
  await build({ ...modules, entryPoints: ['src/signaling.ts'] });
  const entryPoints = ['src/index.ts', 'src/files.ts', 'src/simple-peer.ts'];
  const { metafile } = await build({ ...modules, entryPoints, metafile: true });
  return metafile;
}

/** What is inside of other packages may be passed on with their licence. @param {string[]} files */
function licencesOf(files) {
  const folders = files.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? '');
  return [...new Set(folders)]
    .filter((folder) => folder !== '')
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      return `${name} ${version}\n\n${readFileSync(`${folder}/LICENSE`, 'utf8')}`;
    })
    .join('\n\n');
}

/** Of all types, those that the entries offer, and not of what is behind. @param {string} all */
function shipTypes(all) {
  const wanted = new Set();
  for (const name of entries) reach(join(all, `${name}.d.ts`), wanted);
  for (const file of wanted) {
    const target = join('dist', relative(all, file));
    mkdirSync(dirname(target), { recursive: true });
    // What lies there is .js; .ts is understood by newer compilers only.
    writeFileSync(target, readFileSync(file, 'utf8').replace(RELATIVE, "$1'$2.js'"));
  }
}

/** @param {string} folder */
function compileTypes(folder) {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  const options = ['--emitDeclarationOnly', '--declarationMap', 'false', '--outDir', folder];
  try {
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], { stdio: 'inherit' });
  } catch {
    console.warn('TYPE ERRORS (temporarily not fatal)');
  }
}

/** Follows imports. Whoever installs this package has no other, so there must be none. @param {string} file @param {Set<string>} reached */
function reach(file, reached) {
  if (reached.has(file)) return;
  reached.add(file);
  const text = readFileSync(file, 'utf8').replace(/\/\*.*?\*\//gs, '');
  for (const [, , target] of text.matchAll(RELATIVE)) reach(join(dirname(file), `${target}.d.ts`), reached);
  const foreign = /(?:from |import\()['"](?!\.)[^'"]*['"]/.exec(text);
  if (foreign) throw new Error(`the types of ${relative(process.cwd(), file)} want ${foreign[0]}`);
}
