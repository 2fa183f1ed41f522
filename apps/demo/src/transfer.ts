import { ParleyError } from '@parley/client';
import type { Peer } from '@parley/client';
import { onFile, sendFile } from '@parley/client/files';
import type { IncomingFile } from '@parley/client/files';

import { ShownFile } from './shown-file.ts';

/** Whatever is larger is asked for: it is held in the memory of this page. */
const ASK_ABOVE_BYTES = 100 * 1024 * 1024;

/** Takes every file that the other side sends, a large one when it is wanted. It opens nothing: what a stranger sends is saved by whoever wants it. */
export function takeFiles(peer: Peer): void {
  onFile(peer, (file) => void take(file));
}

/** Sends files, and shows what becomes of them. */
export function sendFiles(peer: Peer, files: Iterable<File>): void {
  for (const file of files) void send(peer, file);
}

async function take(file: IncomingFile): Promise<void> {
  const shown = new ShownFile('theirs', file.name, file.bytes);
  if (file.bytes > ASK_ABOVE_BYTES && !(await shown.isWanted(file.withdrawn))) file.reject();
  try {
    const { blob, sha256 } = await file.accept({ onProgress: (bytes) => shown.progress(bytes) });
    shown.received(blob, sha256);
  } catch (error) {
    const code = codeOf(error);
    // It was this side that did not want it.
    shown.failed(code === 'rejected' ? 'declined' : code);
  }
}

async function send(peer: Peer, file: File): Promise<void> {
  const shown = new ShownFile('mine', file.name, file.size);
  try {
    const { sha256 } = await sendFile(peer, file, { onProgress: (bytes) => shown.progress(bytes) });
    shown.sent(sha256);
  } catch (error) {
    shown.failed(codeOf(error));
  }
}

function codeOf(error: unknown): string {
  if (error instanceof ParleyError) return error.code;
  throw error;
}
