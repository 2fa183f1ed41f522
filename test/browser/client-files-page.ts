import { connect, type Peer } from '@parley/client';
import { type IncomingFile, onFile, sendFile } from '@parley/client/files';

/** What became of a file, as one end sees it. */
export interface Passed {
  readonly name: string;
  readonly bytes: number;
  /** As the SDK says it. */
  readonly sha256?: string;
  /** The same of what is really there, by the hash of the browser. */
  readonly trueSha256?: string;
  /** Why there is none. */
  readonly code?: string;
  /** How many bytes had left or arrived, each time it was told. */
  readonly progress: readonly number[];
}

/** When to give up. */
export interface Patience {
  readonly abortAfterBytes?: number;
}

declare global {
  interface Window {
    /** Enters the room and waits for somebody else; resolves when files can be sent. */
    meetForFiles(room: string): Promise<void>;
    /** Sends random bytes. */
    send(name: string, bytes: number, patience?: Patience): Promise<Passed>;
    /** Accepts the next file that is offered. */
    take(patience?: Patience): Promise<Passed>;
  }
}

const offered: IncomingFile[] = [];
let wanted: ((file: IncomingFile) => void)[] = [];
let peer: Peer;

window.meetForFiles = async (name) => {
  const parley = await connect(location.origin);
  const room = await parley.join(name);
  peer = await new Promise<Peer>((resolve) => room.on('peer', resolve));
  onFile(peer, (file) => {
    const [first, ...others] = wanted;
    wanted = others;
    if (first) first(file);
    else offered.push(file);
  });
};

window.send = async (name, bytes, patience = {}) => {
  const file = new File(Array.from({ length: bytes / 65_536 }, randomBlock), name);
  return pass({ name, bytes }, patience, async (options) => {
    const { sha256 } = await sendFile(peer, file, options);
    return { sha256, trueSha256: await hash(file) };
  });
};

window.take = async (patience = {}) => {
  const file = offered.shift() ?? (await new Promise<IncomingFile>((resolve) => wanted.push(resolve)));
  const { name, bytes } = file;
  return pass({ name, bytes }, patience, async (options) => {
    const { blob, sha256 } = await file.accept(options);
    return { sha256, trueSha256: await hash(blob) };
  });
};

interface Watched {
  readonly signal: AbortSignal;
  onProgress(bytes: number): void;
}

async function pass(
  facts: Pick<Passed, 'name' | 'bytes'>,
  { abortAfterBytes = Infinity }: Patience,
  work: (options: Watched) => Promise<Pick<Passed, 'sha256' | 'trueSha256'>>,
): Promise<Passed> {
  const progress: number[] = [];
  const abort = new AbortController();
  const onProgress = (bytes: number) => {
    progress.push(bytes);
    if (bytes >= abortAfterBytes) abort.abort({ code: 'own wish' });
  };
  try {
    return { ...facts, ...(await work({ signal: abort.signal, onProgress })), progress };
  } catch (error) {
    return { ...facts, code: (error as { code?: string }).code ?? String(error), progress };
  }
}

const randomBlock = () => crypto.getRandomValues(new Uint8Array(65_536));

async function hash(blob: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
