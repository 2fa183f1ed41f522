import { describe, expect, it } from 'vitest';
import { CallerReader, limitSubject } from './caller.ts';
import type { HttpRequest } from './ports/socket.ts';

const PROXY = '10.0.0.1';
const CLIENT = '203.0.113.9';

describe('the address of a caller', () => {
  it('is the other end of the connection when that is no trusted proxy, whatever the headers say', () => {
    const reader = new CallerReader([PROXY]);
    const liar = request({ address: CLIENT, 'x-forwarded-for': '1.1.1.1', proxiedAddress: '2.2.2.2' });
    expect(reader.read(liar).address).toBe(CLIENT);
    expect(reader.read({ ...liar, address: PROXY }).address).toBe('2.2.2.2');
  });

  it('is the rightmost hop that is not a trusted proxy: what stands left of it was written by whoever liked to', () => {
    const reader = new CallerReader(['10.0.0.0/8']);
    const hops = `1.1.1.1, ${CLIENT}, 10.9.9.9`;
    expect(reader.read(request({ 'x-forwarded-for': hops })).address).toBe(CLIENT);
    expect(reader.read(request({ 'x-forwarded-for': `${hops}, 8.8.8.8` })).address).toBe('8.8.8.8');
  });

  it.each([
    ['no header', {}],
    ['an empty header', { 'x-forwarded-for': '' }],
    ['a header with no address at its right end', { 'x-forwarded-for': `${CLIENT}, unknown` }],
    ['proxies only', { 'x-forwarded-for': `${PROXY}, ${PROXY}` }],
  ])('is the proxy with %s', (_title, headers) => {
    expect(new CallerReader([PROXY]).read(request(headers)).address).toBe(PROXY);
  });

  it.each([
    [`${CLIENT}:5678`, CLIENT],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::1:443', '2001:db8::1:443'],
    [`1.1.1.1:1, ${CLIENT}:5678, 10.9.9.9:80`, CLIENT],
  ])('is understood where a proxy writes the port, too: %s', (hops, address) => {
    expect(new CallerReader(['10.0.0.0/8']).read(request({ 'x-forwarded-for': hops })).address).toBe(address);
  });

  it.each([`${CLIENT}:`, `${CLIENT}:x`, `${CLIENT}:1:2`, '[2001:db8::1', '[]', ':80', '[2001:db8::1]443'])(
    'is the proxy when the hop is %s, which is no address',
    (hop) => {
      expect(new CallerReader([PROXY]).read(request({ 'x-forwarded-for': hop })).address).toBe(PROXY);
    },
  );

  it('prefers what the PROXY protocol says to a header', () => {
    const both = request({ 'x-forwarded-for': '1.1.1.1', proxiedAddress: CLIENT });
    expect(new CallerReader([PROXY]).read(both).address).toBe(CLIENT);
  });

  it('is the same whether it was written as IPv4 or as IPv4 in IPv6', () => {
    const reader = new CallerReader([PROXY]);
    const mapped = `::ffff:${CLIENT}`;
    expect(reader.read(request({ 'x-forwarded-for': mapped })).address).toBe(CLIENT);
    expect(reader.read(request({ proxiedAddress: mapped })).address).toBe(CLIENT);
    expect(reader.read(request({ address: mapped })).address).toBe(CLIENT);
    expect(reader.read(request({ address: `::ffff:${PROXY}`, 'x-forwarded-for': CLIENT })).address).toBe(
      CLIENT,
    );
  });

  it('knows proxies by IPv6 too', () => {
    const reader = new CallerReader(['fd00::/8']);
    expect(reader.read(request({ address: 'fd00::7', 'x-forwarded-for': CLIENT })).address).toBe(CLIENT);
    expect(reader.read(request({ address: 'fe80::7', 'x-forwarded-for': CLIENT })).address).toBe('fe80::7');
  });

  it.each(['proxy', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/33', 'fd00::/129'])(
    'cannot be told from %s',
    (entry) => {
      expect(() => new CallerReader([entry])).toThrow(/invalid|out of range|must be/i);
    },
  );
});

describe('whether a caller came by TLS', () => {
  it('is what the node saw itself', () => {
    const reader = new CallerReader([]);
    expect(reader.read(request({ tls: true })).secure).toBe(true);
    expect(reader.read(request({})).secure).toBe(false);
  });

  it('is what a trusted proxy says, and nobody else', () => {
    const reader = new CallerReader([PROXY]);
    const claim = { 'x-forwarded-proto': 'https' };
    expect(reader.read(request(claim)).secure).toBe(true);
    expect(reader.read(request({ ...claim, address: CLIENT })).secure).toBe(false);
    expect(reader.read(request({ 'x-forwarded-proto': 'http' })).secure).toBe(false);
    expect(reader.read(request({ 'x-forwarded-proto': 'https, http' })).secure).toBe(false);
  });
});

describe('what counts as one caller', () => {
  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:DB8:0001:0002:0:0:0:1', '2001:db8:1:2::9'],
    ['2001:db8::1', '2001:db8:0:0:1::'],
    ['::1', '0:0:0:0::5'],
    ['fe80::1%eth0', 'fe80::2'],
    ['fe80::1%eth-0.5', 'fe80::2'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('%s and %s are of one /64', (a, b) => {
    expect(limitSubject(a)).toBe(limitSubject(b));
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['192.0.2.1', '192.0.2.2'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['2001:db8::1', '2001:db8:0:1::1'],
  ])('%s and %s are two', (a, b) => {
    expect(limitSubject(a)).not.toBe(limitSubject(b));
  });
});

function request(more: Record<string, string | boolean>): HttpRequest {
  const { address = PROXY, proxiedAddress, tls = false, ...headers } = more;
  return {
    method: 'GET',
    path: '/v1/connect',
    query: '',
    headers: new Map(Object.entries(headers as Record<string, string>)),
    address: String(address),
    ...(proxiedAddress !== undefined && { proxiedAddress: String(proxiedAddress) }),
    tls: tls === true,
  };
}
