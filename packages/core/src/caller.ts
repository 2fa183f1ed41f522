import { BlockList, isIP } from 'node:net';
import type { HttpRequest } from './ports/socket.ts';

/** Who is calling, as far as it can be believed. */
export interface Caller {
  readonly address: string;
  /** It came by TLS, to the node itself or to a trusted proxy. */
  readonly secure: boolean;
}

/** Reads who calls, believing proxy headers only of the proxies it is told to trust. */
export class CallerReader {
  readonly #trusted = new BlockList();

  /** Throws for an entry that is neither an address nor a CIDR block. */
  constructor(trustedProxies: readonly string[]) {
    for (const entry of trustedProxies) {
      const [address = '', bits] = entry.split('/');
      const family = familyOf(address);
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, /^\d+$/.test(bits) ? Number(bits) : NaN, family);
    }
  }

  read(request: HttpRequest): Caller {
    if (!this.#trusts(request.address)) return { address: request.address, secure: request.tls };
    const secure = request.tls || request.headers.get('x-forwarded-proto')?.trim().toLowerCase() === 'https';
    const address = request.proxiedAddress ?? this.#forwarded(request) ?? request.address;
    return { address: address.replace(IPV4_MAPPED, ''), secure };
  }

  /** The rightmost address that is not a trusted proxy: what stands left of it was written by whoever liked to. */
  #forwarded(request: HttpRequest): string | undefined {
    const hops = (request.headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
    const stranger = hops.findLast((hop) => !this.#trusts(hop));
    return stranger !== undefined && isIP(stranger) > 0 ? stranger : undefined;
  }

  #trusts(address: string): boolean {
    return isIP(address) > 0 && this.#trusted.check(address, familyOf(address));
  }
}

/** What counts as one caller: an IPv4 address, or an IPv6 /64, which is what one customer gets. */
export function limitSubject(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? first
      : [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::`;
}

/** One caller must not count as two, nor all IPv4 callers as one /64. */
const IPV4_MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
