import { describe, expect, it } from 'vitest';
import { parseProxyHeader } from './proxy-protocol.ts';

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const header = (...rest: number[]): Buffer => Buffer.from([...SIGNATURE, ...rest]);
const IPV4 = [0x21, 0x11, 0, 12, 203, 0, 113, 7, 192, 0, 2, 1, 0xc3, 0x50, 0x01, 0xbb];

describe('the beginning of a connection', () => {
  it('names the source and its own length', () => {
    expect(parseProxyHeader(header(...IPV4))).toEqual({ bytes: 28, source: '203.0.113.7' });
  });

  it('is incomplete for every shorter piece of it', () => {
    const whole = header(...IPV4);
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseProxyHeader(whole.subarray(0, length))).toBe('incomplete');
    }
  });

  it('counts extensions and leaves what follows', () => {
    const [command = 0, family = 0, , , ...addresses] = IPV4;
    const bytes = header(command, family, 0, 16, ...addresses, 4, 0, 1, 0, ...Buffer.from('GET /'));
    expect(parseProxyHeader(bytes)).toEqual({ bytes: 32, source: '203.0.113.7' });
  });

  it.each([
    ['the proxy speaks for itself', header(0x20, 0x11, ...IPV4.slice(2))],
    ['the client came by a Unix socket', Buffer.concat([header(0x21, 0x31, 0, 216), Buffer.alloc(216)])],
    ['the family is not said', header(0x21, 0x00, 0, 0)],
    ['the addresses are cut short', header(0x21, 0x11, 0, 4, 203, 0, 113, 7)],
  ])('names nobody when %s', (_why, bytes) => {
    expect(parseProxyHeader(bytes)).toEqual({ bytes: bytes.length });
  });

  it.each([
    ['version 1 of the protocol', Buffer.from('PROXY TCP4 203.0.113.7 192.0.2.1 50000 443\r\n')],
    ['a request', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a signature with one byte wrong', Buffer.from([...SIGNATURE.slice(0, 11), 0x0b])],
  ])('is none when it is %s', (_what, bytes) => {
    expect(parseProxyHeader(bytes)).toBe('absent');
  });

  it.each([
    ['another version', header(0x31, 0x11, 0, 12)],
    ['a length of 65,535 bytes', header(0x21, 0x11, 0xff, 0xff)],
  ])('is malformed with %s', (_what, bytes) => {
    expect(parseProxyHeader(bytes)).toBe('malformed');
  });
});
