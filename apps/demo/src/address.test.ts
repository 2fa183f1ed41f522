import { describe, expect, it } from 'vitest';

import { readAddress } from './address.ts';

const read = (href: string) => readAddress({ href });

describe('the address of the page', () => {
  it('says where the server is: beside the page, under its path', () => {
    expect(read('https://parley.example/').server).toBe('https://parley.example/');
    expect(read('https://example.org/meet/index.html?token=t#7KMP-X2QD').server).toBe(
      'https://example.org/meet/',
    );
  });

  it('carries the token on to the other side', () => {
    const address = read('https://parley.example/?token=a.b~c#AAAA-AAAA');
    expect(address.token).toBe('a.b~c');
    expect(address.link('7KMP-X2QD')).toBe('https://parley.example/?token=a.b~c#7KMP-X2QD');
  });

  it('makes of characters that no token has one that no server takes', () => {
    expect(read('https://parley.example/?token=a%20b,c').token).toBe('a!b!c');
    expect(read('https://parley.example/?token=').token).toBeUndefined();
  });

  it('holds the invitation, however it was encoded', () => {
    expect(read('https://parley.example/#7KMP-X2QD').invitation).toBe('7KMP-X2QD');
    expect(read('https://parley.example/#7KMP%20X2QD').invitation).toBe('7KMP X2QD');
    expect(read('https://parley.example/#%').invitation).toBe('%');
    expect(read('https://parley.example/').invitation).toBe('');
  });

  it('gives a link without a code to those who begin anew', () => {
    expect(read('https://parley.example/?token=t#7KMP-X2QD').here()).toBe('https://parley.example/?token=t');
  });

  it('says that a link of this machine leads nowhere elsewhere', () => {
    for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])
      expect(read(`http://${host}/`).isOnlyHere).toBe(true);
    expect(read('http://192.168.1.5:8080/').isOnlyHere).toBe(false);
  });

  it.each(['192.168.1.5', '10.0.0.7', '172.16.0.1', '172.31.255.1', '169.254.7.7'])(
    'on the machine itself, invites to its address %s in the network',
    (lan) => {
      const address = read(`http://localhost:8080/?lan=${lan}&token=t#AAAA-AAAA`);
      expect(address.link('7KMP-X2QD')).toBe(`http://${lan}:8080/?token=t#7KMP-X2QD`);
      expect(address.isOnlyHere).toBe(false);
      expect(address.here('7KMP-X2QD')).toBe(`http://localhost:8080/?lan=${lan}&token=t#7KMP-X2QD`);
    },
  );

  it.each(['evil.example', '8.8.8.8', '172.32.0.1', '192.168.1.5@evil.example', '192.168.1', '1192.168.1.5'])(
    'does not invite to %s',
    (lan) => {
      expect(read(`http://localhost:8080/?lan=${lan}`).link('7KMP-X2QD')).toMatch(
        /^http:\/\/localhost:8080\//,
      );
    },
  );

  it('takes nobody elsewhere from a page that is not on this machine', () => {
    expect(read('https://parley.example/?lan=192.168.1.5').link('7KMP-X2QD')).toMatch(
      /^https:\/\/parley\.example\//,
    );
  });
});
