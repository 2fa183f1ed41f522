import { isIPv4 } from 'node:net';

/** Larger than any real set: those with certificate chains in them have some tens of KiB. */
const MAX_KEY_SET_BYTES = 131_072;

/**
 * The address of a JSON Web Key Set: `https:`, or `http:` to this very machine, because whoever changes the answer on its
 * way decides who may connect. Throws for any other, without repeating it.
 */
export function readKeyServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isPrivate(url))
    throw new Error('must be an https:// URL, or an http:// one to a loopback address');
  if (url.username !== '' || url.password !== '') throw new Error('must have no user name or password');
  return url;
}

/**
 * What a key server answers, as JSON. Goes where `url` says and nowhere else: a redirect is a failure. Rejects with one
 * phrase that says why; nothing of the answer is in it.
 */
export async function fetchKeySet(url: URL, timeoutMs: number): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal,
    });
    return parse(await bodyOf(response));
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause });
  }
}

/** Nobody on the way can read or change what goes there. */
function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** A `URL` writes addresses in one way only: `127.1` is `127.0.0.1` in it. */
function isLoopback(hostname: string): boolean {
  const isFourOfLoopback = isIPv4(hostname) && hostname.startsWith('127.');
  return isFourOfLoopback || hostname === '[::1]' || hostname === 'localhost';
}

/** Read to its end only as long as it is small, whatever its Content-Length or its compression promise. */
async function bodyOf({ status, body }: Response): Promise<Buffer> {
  if (status !== 200) {
    await body?.cancel();
    throw new Fault(`it answers ${status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_KEY_SET_BYTES) throw new Fault(`its answer has more than ${MAX_KEY_SET_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new Fault('its answer is no JSON', { cause });
  }
}

/** Something this file found itself. */
class Fault extends Error {}

/** `fetch` says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  if (error instanceof Fault) return error.message;
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return 'it is too slow';
  return `it cannot be reached (${(cause as NodeJS.ErrnoException | undefined)?.code ?? name})`;
}
