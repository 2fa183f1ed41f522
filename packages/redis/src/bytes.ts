/** Appends numbers and text to a buffer that grows. Big-endian. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(16 * 1_024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** What was written, up to `end`, in a buffer of its own. */
  copy(end = this.#length): Buffer {
    return Buffer.from(this.#bytes.subarray(0, end));
  }

  u8(value: number): void {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.#room(4).writeUInt32BE(value, this.#length);
  }

  u32At(offset: number, value: number): void {
    this.#bytes.writeUInt32BE(value, offset);
  }

  /** Any number of JavaScript, exactly. */
  f64(value: number): void {
    this.#length = this.#room(8).writeDoubleBE(value, this.#length);
  }

  numbers(values: readonly number[]): void {
    this.u32(values.length);
    for (const value of values) this.f64(value);
  }

  /** An id or a key: ASCII and at most 255 bytes, as those of the protocol are. Latin-1 is the quickest that holds it. */
  name(text: string): void {
    this.u8(text.length);
    this.#length += this.#room(text.length).write(text, this.#length, 'latin1');
  }

  /** Text or bytes that end where their record ends. */
  rest(content: string | Uint8Array): void {
    if (typeof content === 'string') {
      const bytes = this.#room(content.length * 3); // no UTF-16 unit takes more than three bytes of UTF-8
      this.#length += bytes.write(content, this.#length);
    } else {
      this.#room(content.length).set(content, this.#length);
      this.#length += content.length;
    }
  }

  /** The buffer, with room for so many bytes more. */
  #room(bytes: number): Buffer {
    const needed = this.#length + bytes;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

/** Reads what {@link ByteWriter} wrote. Past the end everything is zero or empty, and `broken` says so: it never throws. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;
  #broken = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get broken(): boolean {
    return this.#broken;
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  u8(): number {
    return this.#has(1) ? this.#bytes.readUInt8(this.#offset++) : 0;
  }

  u32(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#bytes.readUInt32BE(at);
  }

  f64(): number {
    const at = this.#take(8);
    return at === undefined ? 0 : this.#bytes.readDoubleBE(at);
  }

  numbers(): number[] {
    const values: number[] = [];
    for (let left = this.u32(); left > 0 && !this.#broken; left--) values.push(this.f64());
    return values;
  }

  name(): string {
    const length = this.u8();
    const at = this.#take(length);
    return at === undefined ? '' : this.#bytes.toString('latin1', at, at + length);
  }

  /** A reader of the next so many bytes, or of what is left; then it is broken, too. */
  part(length: number): ByteReader {
    const at = this.#take(length);
    if (at !== undefined) return new ByteReader(this.#bytes.subarray(at, at + length));
    const rest = new ByteReader(Buffer.alloc(0));
    rest.#broken = true;
    return rest;
  }

  /** A view of everything that is left. */
  rest(): Buffer {
    const at = this.#offset;
    this.#offset = this.#bytes.length;
    return this.#bytes.subarray(at);
  }

  /** Where the next so many bytes begin; after that they are read. */
  #take(bytes: number): number | undefined {
    if (!this.#has(bytes)) return undefined;
    const at = this.#offset;
    this.#offset += bytes;
    return at;
  }

  #has(bytes: number): boolean {
    if (!this.#broken && this.#offset + bytes <= this.#bytes.length) return true;
    this.#broken = true;
    this.#offset = this.#bytes.length;
    return false;
  }
}
