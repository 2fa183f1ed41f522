/**
 * `Sec-WebSocket-Protocol`, the only header that a browser lets a page set: beside the version it carries the
 * credential and, on coming back, the proof of the earlier session.
 */

/** The subprotocol of this version, and the only entry that a node ever answers with. */
export const SUBPROTOCOL = 'parley.v1';

/** What may be offered beside it, as `parley.<part>.<value>`. */
const PARTS = ['token', 'resume', 'restart'] as const;

/** What a client offered. */
export interface OfferedSubprotocols {
  /** Every entry, as offered. */
  readonly offered: readonly string[];
  /**
   * What to answer: `parley.v1` if it was offered; nothing if nothing was (raw clients); `unsupported` means 400,
   * because a browser that offered something fails with a bare 1006 when none of it is answered.
   */
  readonly version: typeof SUBPROTOCOL | 'unsupported' | undefined;
  /** The credential, unchecked. Never answered: the browser would be told its own secret, and logs with it. */
  readonly token?: string;
  /** Proof that continues an earlier session. */
  readonly resume?: string;
  /** The same proof, to start anew in place of the earlier session (after a page reload). */
  readonly restart?: string;
}

/** Reads the header as it came, several headers joined by commas; of repeated entries the first counts. */
export function readSubprotocols(header: string | undefined): OfferedSubprotocols {
  const offered = (header ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const parts = PARTS.flatMap((part) => {
    const value = after(prefixOf(part), offered);
    return value === undefined ? [] : [[part, value]];
  });
  return { offered, version: versionOf(offered), ...(Object.fromEntries(parts) as Partial<Parts>) };
}

/** The entries for `new WebSocket(url, entries)`; throws nothing itself, a browser does for characters outside RFC 9110 tokens. */
export function writeSubprotocols(parts: { readonly [Part in keyof Parts]?: string | undefined }): string[] {
  const there = PARTS.filter((part) => parts[part] !== undefined);
  return [SUBPROTOCOL, ...there.map((part) => prefixOf(part) + parts[part])];
}

type Parts = Readonly<Record<(typeof PARTS)[number], string>>;

function prefixOf(part: keyof Parts): string {
  return `parley.${part}.`;
}

function versionOf(offered: readonly string[]): OfferedSubprotocols['version'] {
  if (offered.length === 0) return undefined;
  return offered.includes(SUBPROTOCOL) ? SUBPROTOCOL : 'unsupported';
}

function after(prefix: string, entries: readonly string[]): string | undefined {
  return entries.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
}
