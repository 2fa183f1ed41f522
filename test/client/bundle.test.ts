import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

import { shippedPath } from '../support/shipped.ts';
import { Consumer } from './support/consumer.ts';

const DIST = shippedPath('packages/client/dist');
const ENTRIES = ['index', 'signaling', 'files', 'simple-peer'];
const BUNDLES = [...ENTRIES, 'client'].map((name) => `${name}.js`);

/** What a page has to load to begin with, chunks included, as a server sends it. */
const MAX_GZIP_BYTES: Readonly<Record<string, number>> = {
  'signaling.js': 9.1 * 1024,
  'index.js': 12 * 1024,
  'client.js': 14 * 1024,
};

const read = (name: string) => readFileSync(join(DIST, name), 'utf8');
const gzipBytes = (text: string) => gzipSync(text, { level: 9 }).length;

/** Built files, as they are published. */
describe('the built client', () => {
  const consumer = new Consumer();
  const { folder } = consumer;
  afterAll(() => consumer.remove());

  it.each(BUNDLES)('is small: %s', (name) => {
    const [bytes, lazyBytes] = [loadedBy(name), filesOf(name)].map((files) =>
      files
        .filter((file) => name === 'index.js' || !filesOf('index.js').includes(file)) // which is there already
        .reduce((sum, file) => sum + gzipBytes(read(file)), 0),
    ) as [number, number];
    console.log(`${name}: ${bytes} bytes gzipped, ${lazyBytes - bytes} more when they are needed`);
    expect(bytes).toBeLessThanOrEqual(MAX_GZIP_BYTES[name] ?? 6_000);
  });

  it('is one file, where nodes serve it', () => {
    expect(filesOf('client.js')).toEqual(['client.js']);
    expect(read('client.js')).not.toContain('sourceMappingURL');
  });

  it.each(BUNDLES)('imports nothing but its own files and makes no code from text: %s', (name) => {
    for (const file of filesOf(name)) {
      expect(readdirSync(DIST)).toContain(file);
      expect(read(file)).not.toMatch(/\beval\b|\bFunction\s*\(|\bsetTimeout\(["'`]/);
    }
  });

  it('holds nothing of other packages but what lies beside with its licence', () => {
    const sources = readdirSync(DIST)
      .filter((name) => name.endsWith('.js.map'))
      .flatMap((name) => (JSON.parse(read(name)) as { sources: string[] }).sources);
    const foreign = sources.filter((source) => !/^\.\.\/src\/|^\.\.\/\.\.\/protocol\/src\//.test(source));
    expect(
      new Set(foreign.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1])),
    ).toEqual(new Set(['@noble/hashes']));
    expect(read('third-party-licences.txt')).toMatch(
      /@noble\/hashes [^]*MIT License[^]*Permission is hereby granted/,
    );
    expect(filesOf('files.js').map(read).join('')).toContain('noble-hashes, MIT License');
  });

  it('costs next to nothing for whoever takes next to nothing of it', async () => {
    const little = await bundleFor(
      folder,
      `import { ParleyError } from '@parley/client'; console.log(ParleyError);`,
    );
    const all = await bundleFor(folder, `import * as parley from '@parley/client'; console.log(parley);`);
    console.log(`ParleyError alone: ${gzipBytes(little)} bytes gzipped, of ${gzipBytes(all)}`);
    expect(gzipBytes(little)).toBeLessThan(1_000);
    expect(gzipBytes(all)).toBeGreaterThan(5_000);
  });

  it('has the same errors in the entries that are used together', async () => {
    const entry = (name: string) => import(pathToFileURL(join(DIST, `${name}.js`)).href);
    // One after the other: vitest would make two of a module that is imported twice at once.
    const index = await entry('index');
    const files = await entry('files');
    expect(typeof index.ParleyError).toBe('function');
    expect(files.ParleyError).toBe(index.ParleyError);
  });

  it('says so where a part that few need cannot be had', () => {
    copyFileSync(join(DIST, 'signaling.js'), join(folder, 'alone.mjs'));
    expect(errorOfConnecting(join(folder, 'alone.mjs'))).toMatch(
      /^ParleyError unreachable: .*signaling-sealing\.js/,
    );
    // With all its parts it is another reason.
    expect(errorOfConnecting(join(DIST, 'signaling.js'))).toMatch(/^ParleyError bad-address: /);
  });

  it.each(BUNDLES)('touches nothing of its surroundings when it is imported: %s', (name) => {
    expect(touchedBy(join(DIST, name))).toEqual([]);
  });

  it('and the same look finds what a module touches', () => {
    const curious = join(folder, 'curious.mjs');
    writeFileSync(curious, 'typeof navigator; setTimeout(() => {}, 1); try { document.title; } catch {}');
    expect(touchedBy(curious)).toEqual(['navigator', 'setTimeout', 'document']);
  });

  it('has types that a strict program compiles with, and that hold it to them', () => {
    const compile = (lines: string) => {
      consumer.write('consumer.ts', `${TYPED}${lines}`);
      return consumer.compile(['consumer.ts'], '--types', '');
    };
    expect(compile('')).toBe('');
    expect(compile(`room.on('peer', (peer) => peer.nonsense);`)).toContain("'nonsense' does not exist");
  });

  it('has types of nothing else', () => {
    const types = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.d.ts'),
    );
    expect(types).toContain('api.d.ts');
    expect(types.filter((name) => name.includes('.test.'))).toEqual([]);
    for (const name of types) expect(read(name).replace(/\/\*.*?\*\//gs, '')).not.toContain('@parley/');
  });
});

const TYPED = `
import { connect, ParleyError, type Peer } from '@parley/client';
import { connect as connectForSignals } from '@parley/client/signaling';
import { onFile, sendFile } from '@parley/client/files';
import { attach } from '@parley/client/simple-peer';
const parley = await connect('wss://localhost', { token: 'x' });
const room = await parley.join('lobby', { signal: AbortSignal.timeout(1) });
room.on('peer', (peer: Peer) => {
  onFile(peer, (file) => file.accept().then(({ blob, sha256 }) => [blob.size, sha256.length]));
  void sendFile(peer, new Blob([])).catch((error: unknown) => error instanceof ParleyError && error.code);
});
const signals = await connectForSignals('wss://localhost');
console.log(signals.state, attach);
`;

/** A bundle and the chunks that it ever imports; the name of a package would be among them. */
function filesOf(name: string): string[] {
  return reachedFrom(name, /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g);
}

/** Those of them that are loaded with it. */
function loadedBy(name: string): string[] {
  return reachedFrom(name, /(?:\bfrom|\bimport)\s*["']([^"']+)["']/g);
}

function reachedFrom(name: string, imports: RegExp, found: string[] = []): string[] {
  if (found.includes(name)) return found;
  found.push(name);
  if (!name.endsWith('.js')) return found;
  for (const [, target = ''] of read(name).matchAll(imports))
    reachedFrom(target.replace(/^\.\//, ''), imports, found);
  return found;
}

/** What a bundler of somebody who installed the package makes of this. */
async function bundleFor(resolveDir: string, contents: string): Promise<string> {
  const options = { bundle: true, minify: true, format: 'esm', write: false } as const;
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, ...options });
  return outputFiles[0]?.text ?? '';
}

/** What becomes of connecting to nowhere, and sealing what is said there. @param file a copy of `signaling.js` */
function errorOfConnecting(file: string): string {
  const script = `
    const { connect } = await import(${JSON.stringify(pathToFileURL(file).href)});
    await connect('nowhere', { seal: String, open: String }).catch(({ name, code, message }) => console.log(name, code + ': ' + message));`;
  return run(script);
}

/** The globals of a browser or of Node that a module looks at while it is imported by plain Node. */
function touchedBy(path: string): string[] {
  const script = `
    const names = 'document window self navigator location history screen WebSocket RTCPeerConnection MediaStream fetch crypto performance '
      + 'sessionStorage localStorage indexedDB addEventListener reportError process Buffer require setTimeout setInterval setImmediate queueMicrotask '
      + 'AbortController AbortSignal EventTarget Event Blob File URL TextEncoder structuredClone';
    const touched = new Set();
    for (const name of names.split(' ')) {
      const value = globalThis[name];
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get() {
          if (new Error().stack.includes(${JSON.stringify(dirname(path))})) touched.add(name);
          return value;
        },
      });
    }
    await import(${JSON.stringify(pathToFileURL(path).href)});
    console.log(JSON.stringify([...touched]));`;
  return JSON.parse(run(script)) as string[];
}

function run(script: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
