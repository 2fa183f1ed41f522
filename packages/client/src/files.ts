/**
 * Files from peer to peer, over a channel of their own: `@parley/client/files`.
 *
 * Several may be on their way at once, in both directions. Each is offered first and sent when the other end has accepted it; what arrives is
 * compared by its SHA-256. The server sees nothing of it.
 */
import type { Channel, Peer, Unsubscribe } from './api.ts';
import { FileExchange } from './files/exchange.ts';

export { ParleyError } from './error.ts';

/** While a file is on its way. */
export interface TransferOptions {
  /** Gives up, at any moment; the other end is told. */
  readonly signal?: AbortSignal | undefined;
  /** How many bytes have left this end, or have arrived; it never decreases, and ends with all of them. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

export interface SendFileOptions extends TransferOptions {
  /** Told to the other end. Default: the name of a `File`. */
  readonly name?: string | undefined;
}

/** A file that is over there, unharmed. */
export interface SentFile {
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A file that is here, unharmed. */
export interface ReceivedFile {
  /**
   * Its type is always `application/octet-stream`: under the type that a stranger names, a link to it could open as a page of ours.
   */
  readonly blob: Blob;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A file that the other end would like to send. It waits until it is accepted or rejected. */
export interface IncomingFile {
  /** As the sender says, without what no file name has: paths, control characters; at most 255 characters. */
  readonly name: string;
  /** The media type that the sender claims, or ''. */
  readonly type: string;
  readonly bytes: number;
  /** Aborted when nothing will come of it any more: the sender took it back, the connection ended, or it was rejected. */
  readonly withdrawn: AbortSignal;
  /**
   * Takes it; a second call is the same as the first. It is kept in memory, or where the browser keeps its Blobs.
   *
   * @throws ParleyError `withdrawn`, `unreadable` (the sender cannot read it), `closed`, `rejected` (by {@link IncomingFile.reject}), `bad-transfer` (more or
   *   fewer bytes than offered), `hash-mismatch`; the signal's reason when it was aborted
   */
  accept(options?: TransferOptions): Promise<ReceivedFile>;
  /** Refuses it, also while it arrives. */
  reject(): void;
}

export interface OnFileOptions {
  /** Larger ones are refused unseen. Default 512 MiB. */
  readonly maxBytes?: number | undefined;
}

/** A received file is held until somebody saves it. */
const MAX_BYTES = 512 * 1024 * 1024;

/** One per channel, so that whoever sends and whoever receives read the same messages. It goes with the channel. */
const exchanges = new WeakMap<Channel, FileExchange>();

/**
 * Offers a file and sends it when it is accepted, which may take as long as a person takes; resolves when it is over there and the same.
 *
 * @throws ParleyError `rejected`, `too-big`, `too-many` (64 wait over there), `bad-transfer` or `hash-mismatch` (it did not arrive unharmed), `unreadable`
 *   (it changed or vanished here), `closed`; the signal's reason when it was aborted
 */
export function sendFile(peer: Peer, file: Blob, options: SendFileOptions = {}): Promise<SentFile> {
  return exchangeWith(peer).send(file, options);
}

/** Hears of each file that the other end offers, also of those that were before the first listener. */
export function onFile(
  peer: Peer,
  listener: (file: IncomingFile) => void,
  { maxBytes = MAX_BYTES }: OnFileOptions = {},
): Unsubscribe {
  return exchangeWith(peer).listen({ listener, maxBytes });
}

function exchangeWith(peer: Peer): FileExchange {
  const channel = peer.channel('parley.files');
  const exchange = exchanges.get(channel) ?? new FileExchange(channel);
  exchanges.set(channel, exchange);
  return exchange;
}
