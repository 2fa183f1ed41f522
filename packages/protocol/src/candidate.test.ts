import { describe, expect, it } from 'vitest';

import { isCandidate } from './candidate.ts';

const host = 'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host';

describe('a candidate', () => {
  it.each([
    ['at the end of candidates', ''],
    ['of a host', host],
    ['with a=', `a=${host}`],
    ['with a capital transport', host.replace('udp', 'UDP')],
    ['over TCP, active', host.replace('udp', 'tcp').replace('54321', '9') + ' tcptype active'],
    ['of libjingle over TLS', host.replace('udp', 'ssltcp')],
    ['behind mDNS', host.replace('192.0.2.1', '1f2e3d4c-aaaa-bbbb-cccc-0123456789ab.local')],
    ['with a name', host.replace('192.0.2.1', 'turn.example.org')],
    ['with IPv6', host.replace('192.0.2.1', '2001:db8::1')],
    ['with IPv6 and a zone', host.replace('192.0.2.1', 'fe80::1%eth0')],
    ['reflexive', host.replace('host', 'srflx raddr 0.0.0.0 rport 0')],
    ['relayed', host.replace('host', 'relay raddr 192.0.2.9 rport 61000')],
    ['with pairs nobody knows', `${host} generation 0 ufrag 4ZcD network-id 1 network-cost 999 x-y z`],
    ['with an empty last value', `${host} ufrag `],
    ['with a foundation of 32', host.replace(':1 ', `:${'a'.repeat(32)} `)],
    ['with port 65535', host.replace('54321', '65535')],
  ])('%s passes', (_, text) => {
    expect(isCandidate(text)).toBe(true);
  });

  it.each([
    ['without its name', host.replace('candidate:', '')],
    ['without a type', host.replace(' typ host', '')],
    ['with a foundation of 33', host.replace(':1 ', `:${'a'.repeat(33)} `)],
    ['with a component that is no number', host.replace(' 1 udp', ' x udp')],
    ['with a negative priority', host.replace('2122260223', '-1')],
    ['with port 65536', host.replace('54321', '65536')],
    ['with two spaces', host.replace(' typ', '  typ')],
    ['with a name and no value', `${host} generation`],
    ['with a second line', `${host}\r\n${host}`],
    ['with a line end', `${host}\n`],
    ['with an address that is none', host.replace('192.0.2.1', '<script>')],
    ['of another attribute', 'a=end-of-candidates'],
  ])('%s does not', (_, text) => {
    expect(isCandidate(text)).toBe(false);
  });

  it('of a megabyte is refused in linear time', () => {
    const startedAt = performance.now();

    expect(isCandidate(`${host}${' a b'.repeat(250_000)} \n`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
