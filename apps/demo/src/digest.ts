/** Hashed in one piece, so no more than this. */
const MAX_BYTES = 256 * 1024 * 1024;

/** SHA-256 in hexadecimal digits; `undefined` where the browser offers none (plain http on a LAN), or for a very large file. */
export async function sha256(file: Blob): Promise<string | undefined> {
  // The type says it is always there; a page that is no secure context has none.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined || file.size > MAX_BYTES) return undefined;
  const digest = new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
