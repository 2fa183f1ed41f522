import { describe, expect, it } from 'vitest';

import { originFault } from './origins.ts';

describe('an entry of the allowed origins', () => {
  it.each([
    '*',
    'null',
    'https://example.org',
    'https://Example.ORG',
    'http://localhost:8080',
    'http://[::1]:8080',
    'https://*.example.org',
    'https://*.example.org:8443',
    'capacitor://localhost',
    'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn',
  ])('is one that a browser sends: %s', (entry) => {
    expect(originFault(entry)).toBeUndefined();
  });

  it.each([
    ['example.org', 'https://example.org'],
    ['example.org:8443', 'https://example.org:8443'],
    ['*.example.org', 'https://*.example.org'],
    ['https://example.org/', 'https://example.org'],
    ['https://example.org/path?a=b#c', 'https://example.org'],
    ['https://*.example.org/', 'https://*.example.org'],
    ['HTTPS://Example.org/', 'https://example.org'],
    ['https://example.org:443', 'https://example.org'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['wss://example.org', 'https://example.org'],
    ['ws://localhost:8080/v1/connect', 'http://localhost:8080'],
  ])('is refused with the one to write instead: %s', (entry, remedy) => {
    expect(originFault(entry)).toBe(`${entry} is no origin, write ${remedy}`);
    expect(originFault(remedy)).toBeUndefined();
  });

  it.each(['https://', 'https://*', 'https://a*.example.org', 'https://*.*.example.org', 'file:///', 'a b'])(
    'is refused with an example where nobody knows what was meant: %s',
    (entry) => {
      expect(originFault(entry)).toMatch(/ is no origin, write one like https:\/\/example\.org/);
    },
  );
});
