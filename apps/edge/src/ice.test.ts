import type { PeerId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { readConfig } from './config.ts';
import { iceServersFrom, iceUrlFault } from './ice.ts';

const SECRET = 'a-turn-secret-of-at-least-thirty-two-bytes';

describe('the ICE servers of a configuration', () => {
  it('are none by default', () => {
    expect(grantOf({})).toEqual({ iceServers: [] });
  });

  it('are STUN without a credential and TURN with one, each as it was written, for as long as configured', () => {
    const granted = grantOf({
      PARLEY_STUN_URLS: 'stun:a.example,stun:b.example:3478',
      PARLEY_TURN_URLS: 'turn:a.example, turns:a.example:443?transport=tcp',
      PARLEY_TURN_SECRET: SECRET,
      PARLEY_TURN_TTL_SECONDS: '120',
    });
    expect(granted).toEqual({
      iceServers: [
        { urls: ['stun:a.example', 'stun:b.example:3478'] },
        {
          urls: ['turn:a.example', 'turns:a.example:443?transport=tcp'],
          username: expect.stringMatching(/^\d{10}:somebody$/),
          credential: expect.stringMatching(/^[\w+/]{27}=$/),
        },
      ],
      expiresInMs: 120_000,
    });
    expect(JSON.stringify(granted)).not.toContain(SECRET);
  });
});

describe('the URL of a STUN or TURN server', () => {
  it.each(['stun:a', 'stun:a.example:3478', 'stuns:192.0.2.1:5349', 'stun:[2001:db8::1]:3478'])(
    'is right for STUN: %s',
    (url) => {
      expect(iceUrlFault(url, 'stun')).toBeUndefined();
      expect(iceUrlFault(url, 'turn')).toBeDefined();
    },
  );

  it.each([
    'turn:a',
    'turns:a.example:443?transport=tcp',
    'turn:[2001:db8::1]?transport=udp',
    'turn:192.0.2.1:1',
  ])('is right for TURN: %s', (url) => {
    expect(iceUrlFault(url, 'turn')).toBeUndefined();
    expect(iceUrlFault(url, 'stun')).toBeDefined();
  });

  it.each([
    '',
    'turn:',
    'turn://a.example',
    'turn:a.example/',
    'turn:a.example:0',
    'turn:a.example:65536',
    'turn:a.example:',
    'turn:a.example?transport=sctp',
    'turn:a.example?transport=udp&x=1',
    'turn:user:hunter2@a.example',
    'turn:user@a.example',
    'turn:2001:db8::1',
    'turn:[2001:db8::g]',
    'turn:[a.example]',
    'turn:-a.example',
    'turn:a example',
    'https://a.example',
    'a.example:3478',
    'turnss:a.example',
  ])('is refused, and not repeated: %s', (url) => {
    expect(iceUrlFault(url, 'turn')).toMatch(/^must be turn:host:port /);
    expect(iceUrlFault(url, 'turn')).not.toContain('hunter2');
  });

  it('of STUN has no transport', () => {
    expect(iceUrlFault('stun:a.example?transport=udp', 'stun')).toMatch(/without \?transport/);
  });
});

function grantOf(environment: Record<string, string>) {
  const outcome = readConfig({ PARLEY_AUTH: 'none', ...environment });
  if (!outcome.ok) throw new Error(outcome.mistakes.join());
  return iceServersFrom(outcome.config).serversFor('somebody' as PeerId);
}
