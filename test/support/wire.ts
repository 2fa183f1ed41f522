import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How a request for a socket ended, as seen from the wire. */
export interface Answered {
  /** `undefined`: the connection ended without an answer. */
  readonly status: number | undefined;
  /** The `type` of the first message, after 101. */
  readonly firstMessage: string | undefined;
}

/** What an opening handshake needs, RFC 6455 section 1.3; without the empty line that ends it. */
const HANDSHAKE = [
  'GET /v1/connect HTTP/1.1',
  'Host: parley.test',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** An opening handshake with these headers, filled up with one that means nothing to exactly so many bytes. */
export function handshakeOf(bytes: number, headers: readonly string[]): string {
  const text = (filling: string) => [...HANDSHAKE, ...headers, `X-Filling: ${filling}`, '', ''].join('\r\n');
  return text('f'.repeat(Math.max(0, bytes - text('').length)));
}

/** Sends the request in pieces that arrive one by one, as over the internet, and waits for what comes of it. */
export async function sendInPieces(port: number, request: string, pieceBytes: number): Promise<Answered> {
  const wire = connect({ port, host: '127.0.0.1', noDelay: true });
  const arrived: Buffer[] = [];
  const over = once(wire, 'close');
  wire.on('error', () => {}); // a reset is an end as well
  const answered = new Promise<void>((resolve) => {
    wire.on('data', (chunk: Buffer) => {
      arrived.push(chunk);
      if (read(arrived).isComplete) resolve();
    });
  });
  await once(wire, 'connect');
  for (let at = 0; at < request.length && wire.writable; at += pieceBytes) {
    wire.write(request.slice(at, at + pieceBytes));
    await pause(10);
  }
  await Promise.race([answered, over]);
  wire.destroy();
  const { status, firstMessage } = read(arrived);
  return { status, firstMessage };
}

function read(arrived: readonly Buffer[]): Answered & { readonly isComplete: boolean } {
  const bytes = Buffer.concat(arrived);
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return { status: undefined, firstMessage: undefined, isComplete: false };
  const status = Number(bytes.toString('latin1').split(' ')[1]);
  const text = frameOf(bytes.subarray(end + 4));
  const firstMessage = text === undefined ? undefined : (JSON.parse(text) as { type: string }).type;
  return { status, firstMessage, isComplete: status !== 101 || firstMessage !== undefined };
}

/** The text of one frame of a server, RFC 6455 section 5.2: not masked, and here never longer than 64 KB. */
function frameOf(bytes: Buffer): string | undefined {
  const [, short = 0] = bytes;
  const [start, length] = short < 126 ? [2, short] : [4, bytes.length < 4 ? Infinity : bytes.readUInt16BE(2)];
  return bytes.length < 2 || bytes.length < start + length
    ? undefined
    : bytes.toString('utf8', start, start + length);
}
