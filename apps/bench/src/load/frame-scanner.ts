/** Told of each frame: `bytes` from `start` to `end` is its payload, good only during the call. */
export type FrameListener = (opcode: number, bytes: Buffer, start: number, end: number) => void;

/**
 * Finds the frames in what a server sends.
 *
 * Only boundaries are looked for: a client library that assembles, checks and decodes costs more than the servers that are
 * measured. Servers here never split a message over several frames (FIN is taken for granted) and never mask.
 */
export class FrameScanner {
  readonly #listener: FrameListener;
  /** The beginning of a frame whose rest has not come yet. */
  #rest: Buffer | undefined;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** @param chunk may be overwritten after the call: what must stay is copied */
  push(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    const scanned = this.#scan(bytes);
    const isAllRead = scanned === bytes.length;
    this.#rest = isAllRead
      ? undefined
      : this.#rest
        ? bytes.subarray(scanned)
        : Buffer.from(bytes.subarray(scanned));
  }

  /** Returns where the first frame begins that is not complete. */
  #scan(bytes: Buffer): number {
    const { length } = bytes;
    let at = 0;
    while (at + 2 <= length) {
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      let start = at + 2;
      let size = short;
      if (short === 126) {
        if (at + 4 > length) return at;
        size = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
        start = at + 4;
      } else if (short === 127) {
        if (at + 10 > length) return at;
        size = Number(bytes.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      const end = start + size;
      if (end > length) return at;
      this.#listener((bytes[at] ?? 0) & 0x0f, bytes, start, end);
      at = end;
    }
    return at;
  }
}
