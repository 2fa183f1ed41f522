// Builds dist/: an ES module per entry, and their types; what few need lies beside. And client.js, the whole of index in
// one file, which nodes serve. Nothing is imported at run time: what is used of others is inside, with its licence.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const entries = ['index', 'signaling', 'files', 'simple-peer'];
/** What few need of a connection, loaded when it is needed. */
const seldom = ['check', 'renewal', 'sealing', 'parley-matches'];

/** An import of a file of ours, as the compiler writes it. */
const RELATIVE = /(from |import\()['"](\.[^'"]*)\.ts['"]/g;

/** The short names of members, from one bundle to the next. @type {{ props?: object }} */
const short = {};

const allTypes = mkdtempSync(join(tmpdir(), 'parley-client-types-'));
try {
  compileTypes(allTypes);
  rmSync('dist', { recursive: true, force: true });
  shipTypes(allTypes);
  const inputs = await bundle();
  writeFileSync('dist/third-party-licences.txt', licencesOf(inputs));
} finally {
  rmSync(allTypes, { recursive: true, force: true });
}

/** @returns {Promise<string[]>} every file that something was taken of */
async function bundle() {
  /** @satisfies {import('esbuild').BuildOptions} */
  const options = {
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
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
  // Each by itself: nobody has use for both index and signaling, and chunks that are shared are compressed less well.
  const modules = { ...options, outdir: 'dist', sourcemap: true };
  const results = await Promise.all([
    ...['index', 'signaling'].flatMap((entry) => [
      build({ ...modules, entryPoints: [`src/${entry}.ts`], plugins: [withoutSeldom(entry)] }),
      ...seldom.map((name) =>
        build({
          ...modules,
          entryPoints: { [`${entry}-${name}`]: `src/${name}.ts` },
          plugins: [withErrorsOf(entry)],
        }),
      ),
    ]),
    build({
      ...modules,
      entryPoints: ['src/files.ts', 'src/simple-peer.ts'],
      plugins: [withErrorsOf('index')],
    }),
  ]);
  const inner = innerNames(allTypes);
  for (const file of readdirSync('dist')) if (file.endsWith('.js')) await shrink(`dist/${file}`, inner);
  return results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

/** Leaves out what is imported when it is needed: it lies beside. @param {string} entry @returns {import('esbuild').Plugin} */
function withoutSeldom(entry) {
  return {
    name: 'without-seldom',
    setup(bundler) {
      bundler.onResolve({ filter: /\.ts$/ }, ({ kind, path }) =>
        kind === 'dynamic-import' ? { path: `./${entry}-${basename(path, '.ts')}.js`, external: true } : null,
      );
    },
  };
}

/** Takes the class of errors from an entry that is there already, so that there is one. @param {string} entry @returns {import('esbuild').Plugin} */
function withErrorsOf(entry) {
  return {
    name: 'with-errors',
    setup(bundler) {
      bundler.onResolve({ filter: /\/error\.ts$/ }, ({ importer }) =>
        importer.startsWith(join(import.meta.dirname, 'src'))
          ? { path: `./${entry}.js`, external: true }
          : null,
      );
    },
  };
}

/**
 * The members that classes and interfaces have among themselves: what neither the types that are shipped nor the protocol speak of. In
 * bundles they get short names, each the same one everywhere.
 *
 * @param {string} all types
 */
function innerNames(all) {
  const files = (/** @type {string} */ folder, /** @type {RegExp} */ name) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => name.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
  const spoken = [...files('dist', /\.d\.ts$/), ...files('../protocol/src', /(?<!\.test)\.ts$/)];
  const known = new Set(spoken.flatMap((text) => text.match(/\w+/g)));
  const members = files(all, /^(?!testing).*(?<!\.test)\.d\.ts$/).flatMap((text) =>
    [...text.matchAll(/^ +(?:(?:readonly|get|set) )*(\w+)[(:?<]/gm)].map(([, member = '']) => member),
  );
  return new RegExp(`^(?:${[...new Set(members)].filter((member) => !known.has(member)).join('|')})$`);
}

/** Bundles are minified by what takes more pains than the bundler. @param {string} file @param {RegExp} inner names */
async function shrink(file, inner) {
  const isMapped = file !== 'dist/client.js';
  const content = readFileSync(`${file}.map`, 'utf8');
  const sourceMap = { content, ...(isMapped && { url: `${basename(file)}.map` }) };
  const options = {
    module: true,
    ecma: 2020,
    // What is off makes code shorter, and packs less well.
    compress: { passes: 3, inline: 1, lhs_constants: false, if_return: false },
    sourceMap,
  };
  const mangle = { properties: { regex: inner } };
  const nameCache = { ...short };
  const { code = '', map = '' } = await minify(readFileSync(file, 'utf8'), { ...options, mangle, nameCache });
  short.props = nameCache.props;
  writeFileSync(file, code);
  writeFileSync(`${file}.map`, map);
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
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], { stdio: 'inherit' });
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
