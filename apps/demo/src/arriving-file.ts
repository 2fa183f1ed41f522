/** What is known of a file before its bytes are there. */
export interface FileHeader {
  readonly name: string;
  readonly bytes: number;
}

/** A file on its way in. What comes beyond the announced size is dropped. */
export class ArrivingFile implements FileHeader {
  readonly name: string;
  readonly bytes: number;
  /** The whole file; `undefined` when the connection ended, or another file began, before. */
  readonly whole: Promise<Blob | undefined>;
  /** Told after each chunk. */
  onProgress: (receivedBytes: number) => void = () => undefined;
  #chunks: ArrayBuffer[] = [];
  #received = 0;
  #finish: (file: Blob | undefined) => void = () => undefined;

  constructor({ name, bytes }: FileHeader) {
    this.name = name;
    this.bytes = bytes;
    this.whole = new Promise((resolve) => (this.#finish = resolve));
    this.#finishIfWhole();
  }

  add(chunk: ArrayBuffer): void {
    if (this.#received + chunk.byteLength > this.bytes) return;
    this.#chunks.push(chunk);
    this.#received += chunk.byteLength;
    this.onProgress(this.#received);
    this.#finishIfWhole();
  }

  abandon(): void {
    this.#chunks = [];
    this.#finish(undefined);
  }

  #finishIfWhole(): void {
    if (this.#received < this.bytes) return;
    // Always of this type: a page that somebody sends must not be opened as one of ours.
    this.#finish(new Blob(this.#chunks, { type: 'application/octet-stream' }));
    this.#chunks = [];
  }
}
