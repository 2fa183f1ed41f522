/** Bytes before each message: the length of the name, and that of the message. */
const HEADER_BYTES = 8;

/** The parts of a batch that carry this message to whoever has this name. Copies the message: the library takes it back. */
export function pack(to: string, message: ArrayBuffer): Buffer[] {
  const header = Buffer.allocUnsafe(HEADER_BYTES + to.length);
  header.writeUInt32LE(to.length, 0);
  header.writeUInt32LE(message.byteLength, 4);
  header.write(to, HEADER_BYTES, 'latin1');
  return [header, Buffer.from(new Uint8Array(message))];
}

/** What a batch holds, in order. */
export function* unpack(batch: Buffer): Generator<readonly [to: string, message: Buffer]> {
  for (let at = 0; at < batch.length;) {
    const nameEnd = at + HEADER_BYTES + batch.readUInt32LE(at);
    const end = nameEnd + batch.readUInt32LE(at + 4);
    yield [batch.toString('latin1', at + HEADER_BYTES, nameEnd), batch.subarray(nameEnd, end)];
    at = end;
  }
}
