/** `https://*.example.org`: the star stands for one label or more, and for nothing else. */
const STARRED_HOST = /^\*\.[^*]+$/;

/**
 * What is wrong with an entry of a list of origins, with the remedy; `undefined`: nothing. An entry that no browser ever
 * sends would let nobody in, and nobody would know why.
 */
export function originFault(entry: string): string | undefined {
  const text = entry.toLowerCase();
  if (text === '*' || text === 'null') return undefined;
  const origin = originIn(text.includes('://') ? text : `https://${text}`);
  if (origin === text) return undefined;
  return `${entry} is no origin, write ${origin ?? 'one like https://example.org or https://*.example.org'}`;
}

/** The origin that a browser sends from a page of this URL (RFC 6454, section 6.2); `undefined` if there is no such URL. */
function originIn(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { host, hostname, protocol } = new URL(text);
  if (host === '' || (hostname.includes('*') && !STARRED_HOST.test(hostname))) return undefined;
  // Not its `origin`, which is null for the schemes of apps and extensions (capacitor:, chrome-extension:).
  return `${PAGE_SCHEMES[protocol] ?? protocol}//${host}`;
}

/** Where pages live that connect to these. */
const PAGE_SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'http:', 'wss:': 'https:' };
