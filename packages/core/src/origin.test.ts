import { describe, expect, it } from 'vitest';
import type { DoorOptions } from './options.ts';
import { isOriginAllowed } from './origin.ts';
import { doorOf } from './testing/samples.ts';

describe('the origin of a page', () => {
  it.each([
    // Without a list: only what this node serves itself.
    [[], 'https://talk.example', 'talk.example', true],
    [[], 'http://localhost:8080', 'LOCALHOST:8080', true],
    [[], 'https://evil.example', 'talk.example', false],
    [[], 'http://localhost:8081', 'localhost:8080', false],
    [[], 'null', 'talk.example', false],
    [[], 'null', undefined, false],
    [[], 'file://', '', false],
    // A list.
    [['https://a.example'], 'https://a.example', 'talk.example', true],
    [['https://A.example'], 'https://a.EXAMPLE', 'talk.example', true],
    [['https://a.example'], 'http://a.example', 'talk.example', false],
    [['https://a.example'], 'https://a.example:8443', 'talk.example', false],
    [['https://a.example'], 'https://talk.example', 'talk.example', false],
    // Every label below a domain.
    [['https://*.a.example'], 'https://b.a.example', undefined, true],
    [['https://*.a.example'], 'https://c.b.a.example', undefined, true],
    [['https://*.a.example'], 'https://a.example', undefined, false],
    [['https://*.a.example'], 'https://.a.example', undefined, false],
    [['https://*.a.example'], 'https://eviLa.example', undefined, false],
    [['https://*.a.example'], 'https://evil.example/.a.example', undefined, false],
    [['https://*.a.example'], 'http://b.a.example', undefined, false],
    [['https://*.a.example:8443'], 'https://b.a.example:8443', undefined, true],
    // Everybody; but `null` only by name.
    [['*'], 'https://anybody.example', undefined, true],
    [['*'], 'null', undefined, false],
    [['*', 'null'], 'null', undefined, true],
  ])('%j lets in %s at %s: %s', (allowedOrigins, origin, host, isSo) => {
    expect(isOriginAllowed(request(origin, host), options({ allowedOrigins }))).toBe(isSo);
  });

  it('may be missing, because only browsers send it, unless it is required', () => {
    expect(isOriginAllowed(request(undefined, 'talk.example'), options({}))).toBe(true);
    expect(isOriginAllowed(request(undefined, 'talk.example'), options({ requireOrigin: true }))).toBe(false);
  });
});

const request = (origin: string | undefined, host: string | undefined) => ({
  method: 'GET',
  path: '/v1/connect',
  query: '',
  headers: new Map(
    Object.entries({ origin, host }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  ),
  address: '192.0.2.1',
  tls: false,
});

const options = (more: Partial<DoorOptions>) => doorOf({ allowedOrigins: [], ...more });
