/** What the address of this page says. */
export interface Address {
  /** Where the Parley server is: whoever serves the page. */
  readonly server: string;
  /** For servers that want a token; part of the page's address, and so of the link that invites. */
  readonly token: string | undefined;
  /** The code somebody was invited with. */
  readonly invitation: string;
  /** Whether links of this page lead nowhere on other devices. */
  readonly isOnlyHere: boolean;
  /** What the other side opens on another device. */
  link(code: string): string;
  /** What leads there from this device; without a code, to a page that makes a room of its own. */
  here(code?: string): string;
}

/**
 * Reads the address of a page.
 *
 * `?lan=ADDRESS` is what `npm start -- --lan` adds: people who open the page on the machine itself, where browsers allow the camera, hand out links that other
 * devices can open. It counts only there, and only addresses of a private network do.
 */
export function readAddress(location: Pick<Location, 'href'>): Address {
  const url = new URL(location.href);
  const isLoopback = LOOPBACK.has(url.hostname);
  const lan = url.searchParams.get('lan') ?? '';
  const invited = isLoopback && PRIVATE_ADDRESS.test(lan) ? lan : undefined;
  return {
    server: new URL('.', url).href,
    token: readToken(url.searchParams.get('token')),
    invitation: decode(url.hash.slice(1)),
    isOnlyHere: isLoopback && invited === undefined,
    link: (code) => linkTo(url, code, invited),
    here: (code) => linkTo(url, code),
  };
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** RFC 1918, and what devices give themselves where nobody gives out addresses (RFC 3927). */
const PRIVATE_ADDRESS = /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168|169\.254)(\.\d{1,3}){2}$/;

function linkTo(page: URL, code = '', host = page.hostname): string {
  const url = new URL(page);
  if (host !== page.hostname) {
    url.hostname = host;
    url.searchParams.delete('lan');
  }
  url.hash = code;
  return url.href;
}

/** A browser throws for a subprotocol of some characters; with `!`, which no token has, the server calls it malformed. */
function readToken(text: string | null): string | undefined {
  return text?.replaceAll(/[^A-Za-z0-9._~-]/g, '!') || undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % sign: then it is what it says.
    return text;
  }
}
