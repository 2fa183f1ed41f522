import type { Server } from 'node:http';
import { SocketAddress } from 'node:net';
import type { Socket } from 'node:net';

/** The source that a connection's PROXY protocol header named. */
export type SourceOf = (socket: Socket) => string | undefined;

/** What stands at the beginning of a connection. `source` is missing when the proxy speaks for itself. */
export type ProxyHeader =
  | { readonly bytes: number; readonly source?: string }
  | 'absent'
  | 'incomplete'
  | 'malformed';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED_BYTES = 16;
/** Addresses and a few extensions (TLVs) fit many times. */
const MAX_BYTES = 2_048;
const HEADER_TIMEOUT_MS = 10_000;

/**
 * Makes `server` take a PROXY protocol v2 header, where there is one, off each connection before it reads requests
 * from it. (The protocol: https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, section 2.2. Written out here
 * because the libraries for it parse whole buffers and leave the connection to their caller, or are no longer kept.)
 */
export function takeProxyHeaders(server: Server): SourceOf {
  const sources = new WeakMap<Socket, string>();
  const accepts = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    takeHeader(socket, (source) => {
      if (source !== undefined) sources.set(socket, source);
      for (const accept of accepts) Reflect.apply(accept, server, [socket]);
    });
  });
  return (socket) => sources.get(socket);
}

/** Calls `told` for each connection whose first bytes were a header, where no header is taken off: it is no HTTP, and Node refuses it. */
export function noticeProxyHeaders(server: Server, told: () => void): void {
  // Listening to the server's 'clientError' would mean to give Node's own answers in its place.
  const refused = ({ rawPacket }: Error & { rawPacket?: Buffer }): void => {
    if (rawPacket?.indexOf(SIGNATURE) === 0) told();
  };
  server.on('connection', (socket: Socket) => socket.on('error', refused));
}

/** Reads `socket` until it is clear what it begins with, and puts back what belongs to the request. */
function takeHeader(socket: Socket, done: (source: string | undefined) => void): void {
  let read = Buffer.alloc(0);

  const leave = (): void => void socket.destroy();
  const look = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    const header = parseProxyHeader(read);
    if (header === 'incomplete') return;
    if (header === 'malformed') return leave();
    clearTimeout(late);
    socket.off('data', look).off('end', leave).off('error', leave).pause();
    const rest = read.subarray(header === 'absent' ? 0 : header.bytes);
    if (rest.length > 0) socket.unshift(rest);
    done(header === 'absent' ? undefined : header.source);
    socket.resume();
  };
  // For the whole header: a time-out of the socket would begin anew with each byte.
  const late = setTimeout(leave, HEADER_TIMEOUT_MS);
  socket
    .on('data', look)
    .on('end', leave)
    .on('error', leave)
    .on('close', () => clearTimeout(late));
}

/** Reads the beginning of a connection. */
export function parseProxyHeader(read: Buffer): ProxyHeader {
  const seen = Math.min(read.length, SIGNATURE.length);
  if (!read.subarray(0, seen).equals(SIGNATURE.subarray(0, seen))) return 'absent';
  if (read.length < FIXED_BYTES) return 'incomplete';

  const version = read.readUInt8(12) >> 4;
  const isProxied = (read.readUInt8(12) & 0xf) === 1;
  const family = read.readUInt8(13) >> 4;
  const bytes = FIXED_BYTES + read.readUInt16BE(14);
  if (version !== 2 || bytes > MAX_BYTES) return 'malformed';
  if (read.length < bytes) return 'incomplete';

  const source = isProxied ? sourceAddress(family, read.subarray(FIXED_BYTES, bytes)) : undefined;
  return source === undefined ? { bytes } : { bytes, source };
}

/** The first of the two addresses; the other is the proxy's own. */
function sourceAddress(family: number, addresses: Buffer): string | undefined {
  if (family === 1 && addresses.length >= 12) return addresses.subarray(0, 4).join('.');
  if (family === 2 && addresses.length >= 36) return ipv6(addresses.subarray(0, 16));
  return undefined;
}

function ipv6(address: Buffer): string {
  const groups = address.toString('hex').match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
