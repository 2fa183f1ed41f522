import { expect, it } from 'vitest';

import { addressOf } from './address.ts';

it.each([
  ['wss://host.example', 'wss://host.example/v1/connect', 'https://host.example/v1/check'],
  ['https://host.example/', 'wss://host.example/v1/connect', 'https://host.example/v1/check'],
  ['ws://localhost:8080', 'ws://localhost:8080/v1/connect', 'http://localhost:8080/v1/check'],
  ['http://[::1]:8080/a/b/', 'ws://[::1]:8080/a/b/v1/connect', 'http://[::1]:8080/a/b/v1/check'],
  ['ws://host.example/v1/connect', 'ws://host.example/v1/connect', 'http://host.example/v1/check'],
  ['wss://host.example/a//v1/connect/', 'wss://host.example/a/v1/connect', 'https://host.example/a/v1/check'],
  ['wss://host.example/v1', 'wss://host.example/v1/v1/connect', 'https://host.example/v1/v1/check'],
  ['https://host.example/?a=b#code', 'wss://host.example/v1/connect', 'https://host.example/v1/check'],
])('%s is a server', (text, connect, check) => {
  expect(addressOf(text)).toEqual({ connect, check });
});

it.each([
  '',
  '/',
  'undefined',
  'hello there',
  'host.example',
  'ftp://host.example',
  'file:///etc/hosts',
  'wss://',
  'httpss://a',
])('%j is none, where no page says what it is relative to', (text) => {
  expect(() => addressOf(text)).toThrow(expect.objectContaining({ code: 'bad-address' }));
});
