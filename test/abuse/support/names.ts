let addresses = 0;

/** An address that nobody had before, of the block that is for benchmarks (RFC 2544). A trusted proxy says that somebody has it. */
export function freshAddress(): string {
  const address = ++addresses;
  return `198.18.${address >> 8}.${address & 0xff}`;
}

/** The first 48 bits of an IPv6 address, which nobody had before: `2001:db8:1`. */
export function freshNetwork(): string {
  return `2001:db8:${(++addresses).toString(16)}`;
}

let names = 0;

/** A name for a room, a queue or a user that nobody used before, and that no log holds by chance. */
export function freshName(what = 'room'): string {
  return `${what}-Xq${(++names).toString(36).padStart(6, '0')}`;
}
