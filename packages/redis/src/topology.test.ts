import { describe, expect, it } from 'vitest';

import { parseRedisUrl } from './topology.ts';

describe('a Redis URL', () => {
  it.each([
    [
      'redis://localhost',
      { kind: 'standalone', address: { host: 'localhost', port: 6379 }, db: 0, tls: false, login: {} },
    ],
    [
      'redis://10.0.0.7:6380/3',
      { kind: 'standalone', address: { host: '10.0.0.7', port: 6380 }, db: 3, tls: false, login: {} },
    ],
    [
      'redis://[::1]:6380/',
      { kind: 'standalone', address: { host: '::1', port: 6380 }, db: 0, tls: false, login: {} },
    ],
    [
      'rediss://user:p%40ss@redis.example:6379',
      {
        kind: 'standalone',
        address: { host: 'redis.example', port: 6379 },
        db: 0,
        tls: true,
        login: { username: 'user', password: 'p@ss' },
      },
    ],
    [
      'redis://:a@b@h',
      {
        kind: 'standalone',
        address: { host: 'h', port: 6379 },
        db: 0,
        tls: false,
        login: { password: 'a@b' },
      },
    ],
    [
      'redis-sentinel://:secret@s1,s2:26380,[fe80::1]/mymaster',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 26380 },
          { host: 'fe80::1', port: 26379 },
        ],
        master: 'mymaster',
        login: { password: 'secret' },
      },
    ],
    [
      'redis-cluster://c1,c2:7001',
      {
        kind: 'cluster',
        seeds: [
          { host: 'c1', port: 6379 },
          { host: 'c2', port: 7001 },
        ],
        login: {},
      },
    ],
  ])('is read: %s', (url, topology) => {
    expect(parseRedisUrl(url)).toEqual(topology);
  });

  it.each([
    ['', /redis:\/\//],
    ['localhost:6379', /redis:\/\//],
    ['http://localhost', /redis:\/\//],
    ['redis://', /at least one host/],
    ['redis://h?db=1', /at least one host/],
    ['redis://h1,h2', /one host/],
    ['redis://h:0', /host/],
    ['redis://h:65536', /host/],
    ['redis://h:port', /host/],
    ['redis://::1', /host/],
    ['redis://h/name', /number of a database/],
    ['redis-sentinel://s1,s2', /name of the master/],
    ['redis-sentinel://s1,,s2/m', /host/],
    ['redis-cluster://h/0', /one database/],
    ['redis://user:%zz@h', /percent-encoded/],
  ])('is refused in one sentence: %s', (url, sentence) => {
    expect(() => parseRedisUrl(url)).toThrow(sentence);
  });

  it.each([
    'redis://:hunter2@',
    'redis://:hunter2@h1,h2',
    'redis-sentinel://:hunter2@s1',
    'redis://:hunter2%@h',
  ])('shows no part of its password when it is refused: %s', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter') }),
    );
  });
});
