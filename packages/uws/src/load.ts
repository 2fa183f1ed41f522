import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as uWS from 'uWebSockets.js';

/** What this package uses of uWebSockets.js: only what 20.30 and 20.57 both have. */
export interface Library {
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  readonly DISABLED: uWS.CompressOptions;
  readonly App: () => App;
  /** Throws when the files are not to its liking, without saying why. */
  readonly SSLApp: (options: uWS.AppOptions) => App;
  readonly us_listen_socket_close: (listenSocket: uWS.us_listen_socket) => void;
  readonly us_socket_local_port: (socket: uWS.us_socket) => number;
}

/** The library's types leave out the form of `listen` that takes a host *and* options. */
export interface App extends Pick<uWS.TemplatedApp, 'any' | 'ws' | 'close'> {
  listen(
    host: string,
    port: number,
    options: number,
    done: (socket: uWS.us_listen_socket | false) => void,
  ): App;
}

/** A package that was not taken. */
export interface Refusal {
  readonly name: string;
  readonly why: string;
}

/** What {@link load} found; `refused` are the packages that it tried before. */
export type Loaded =
  | {
      readonly ok: true;
      readonly library: Library;
      readonly name: string;
      readonly version: string;
      readonly refused: readonly Refusal[];
    }
  /** `message`: one sentence that names the remedy. */
  | { readonly ok: false; readonly message: string; readonly refused: readonly Refusal[] };

/** In order of preference, with the folder of the binaries as seen from the package's main file. */
const PACKAGES = [
  { name: 'uWebSockets.js', root: '.', binaries: '.' },
  { name: '@trufflesuite/uws-js-unofficial', root: '..', binaries: '../binaries' },
] as const;

const MAX_HEADER_BYTES = 16_384;

const require = createRequire(import.meta.url);

/** Loads the first uWebSockets.js whose binary fits this machine. */
export function load(): Loaded {
  allowLargeHeaders();
  const refused: Refusal[] = [];
  for (const candidate of PACKAGES) {
    try {
      return { ok: true, ...loadBinary(candidate), name: candidate.name, refused };
    } catch (error) {
      refused.push({ name: candidate.name, why: reasonOf(error) });
    }
  }
  return { ok: false, message: remedy(), refused };
}

/**
 * Newer binaries read the limit of a request's headers, by default 4,096 bytes, from the environment, once, when they
 * are loaded; 20.30 knows only its own 4,096. A token and a few cookies are more than that.
 */
function allowLargeHeaders(): void {
  process.env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= String(MAX_HEADER_BYTES);
}

/**
 * Requires the binary and not the package: one of the packages replaces a missing binary by an imitation in
 * JavaScript and tells nobody but the console.
 */
function loadBinary({ name, root, binaries }: (typeof PACKAGES)[number]): {
  library: Library;
  version: string;
} {
  const folder = dirname(require.resolve(name));
  const binary = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
  const library = require(join(folder, binaries, binary)) as Library;
  const { version } = require(join(folder, root, 'package.json')) as { version: string };
  return { library, version };
}

/** The loader's own message, without the paths that make it unreadable. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'MODULE_NOT_FOUND') {
    return message.includes('.node') ? `it has no binary for ${platform()}` : 'it is not installed';
  }
  const [, neededVersion] = /version `(GLIBC_[\d.]+)' not found/.exec(message) ?? [];
  return neededVersion === undefined ? (message.split('\n')[0] ?? '') : `its binary needs ${neededVersion}`;
}

function platform(): string {
  return `${process.platform} ${process.arch}, Node ${process.versions.node} (ABI ${process.versions.modules})`;
}

function remedy(): string {
  return (
    `No uWebSockets.js binary loads on ${platform()}${glibc()}: use Node 20, or Node 22 to 25 with glibc 2.38 or newer, ` +
    'or put the official tag from GitHub (github:uNetworking/uWebSockets.js) into the catalog, or set PARLEY_SOCKET=ws.'
  );
}

function glibc(): string {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const version = report.header?.glibcVersionRuntime;
  return version === undefined ? '' : `, glibc ${version}`;
}
