import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { HttpRequest } from './ports/socket.ts';

/** Who is calling, as far as it can be believed. */
export interface Caller {
  readonly address: string;
  /** It came by TLS, to the node itself or to a trusted proxy. */
  readonly secure: boolean;
  /** It says for whom it speaks, and is not trusted to. */
  readonly claims: boolean;
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
    const { tls, headers } = request;
    const nearest = plainAddress(request.address) ?? request.address;
    const claims = request.proxiedAddress !== undefined || headers.has('x-forwarded-for');
    if (!this.#trusts(nearest)) return { address: nearest, secure: tls, claims };
    const secure = tls || headers.get('x-forwarded-proto')?.trim().toLowerCase() === 'https';
    const address = plainAddress(request.proxiedAddress) ?? this.#forwarded(headers.get('x-forwarded-for'));
    return { address: address ?? nearest, secure, claims: false };
  }

  /** The rightmost address that is not a trusted proxy: what stands left of it was written by whoever liked to. */
  #forwarded(header = ''): string | undefined {
    const hops = header.split(',').map((hop) => plainAddress(withoutPort(hop.trim())));
    return hops.findLast((hop) => hop === undefined || !this.#trusts(hop));
  }

  #trusts(address: string): boolean {
    return isIP(address) > 0 && this.#trusted.check(address, familyOf(address));
  }
}

/** What counts as one caller: an IPv4 address, or an IPv6 /64, which is what one customer gets. */
export function limitSubject(address: string): string {
  const plain = plainAddress(address) ?? address;
  return networkOf(plain, 64) ?? plain;
}

/** Whom an IPv6 network of many /64s belongs to: a /48, the most that one customer usually gets. Of IPv4 there is none. */
export function networkSubject(address: string): string | undefined {
  const network = networkOf(plainAddress(address) ?? address, 48);
  return network && `${network}/48`;
}

/** Only of IPv6. */
const networkOf = (plain: string, bits: number) =>
  isIP(plain) === 6 ? ipaddr.IPv6.networkAddressFromCIDR(`${plain}/${bits}`).toString() : undefined;

/** How many addresses the /64s of one network count for together: a household has 256 of them, and would be 256 callers. */
export const NETWORK_ADDRESSES = 8;

/**
 * The one way to write an address: IPv4 in IPv6 as IPv4, for one caller must not count as two, nor all IPv4 callers as one /64;
 * and without a zone, which says something only to the machine that wrote it. `undefined`: it is no address.
 */
function plainAddress(text = ''): string | undefined {
  return isIP(text) > 0 ? ipaddr.process(text.replace(/%.*/, '')).toString() : undefined;
}

/** Some proxies write the port, too: `192.0.2.1:5678`, `[2001:db8::1]:443`. */
function withoutPort(hop: string): string {
  const [, bracketed, bare] = /^(?:\[(.*)\](?::\d+)?|([^:]*):\d+)$/.exec(hop) ?? [];
  return bracketed ?? bare ?? hop;
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
