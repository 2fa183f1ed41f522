import type { PeerId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { iceServersOf, type TurnOptions } from './ice-servers.ts';

const STUN = ['stun:stun.example.org:3478'];
const PEER = 'p.7Hc2mVq0' as PeerId;
const TURN: TurnOptions = {
  urls: ['turn:turn.example.org:3478?transport=udp', 'turns:turn.example.org:5349?transport=tcp'],
  secret: 'a-turn-secret-of-at-least-thirty-two-bytes',
  ttlSeconds: 3_600,
  wallClock: () => 1_700_000_000_000,
};

describe('ICE servers', () => {
  it('are none, or STUN alone, for ever, where there is no TURN server', () => {
    expect(iceServersOf([]).serversFor(PEER)).toEqual({ iceServers: [] });
    expect(iceServersOf(STUN).serversFor(PEER)).toEqual({ iceServers: [{ urls: STUN }] });
  });

  it('carry a credential that OpenSSL and Python make of the same secret', () => {
    // printf %s 1700003600:p.7Hc2mVq0 | openssl dgst -sha1 -hmac a-turn-secret-of-at-least-thirty-two-bytes -binary | base64
    expect(iceServersOf(STUN, TURN).serversFor(PEER)).toEqual({
      iceServers: [
        { urls: STUN },
        { urls: TURN.urls, username: '1700003600:p.7Hc2mVq0', credential: 'QIalTRxsBufmWapS/Fw/ftyOYB0=' },
      ],
      expiresInMs: 3_600_000,
    });
  });

  it('are no STUN servers where there are none', () => {
    expect(iceServersOf([], TURN).serversFor(PEER).iceServers).toHaveLength(1);
  });

  it('end no earlier than they say: a second that has begun counts whole', () => {
    const granted = iceServersOf([], { ...TURN, wallClock: () => 1_700_000_000_001 }).serversFor(PEER);
    expect(granted.iceServers[0]?.username).toBe('1700003601:p.7Hc2mVq0');
  });

  it('go by the time of this machine unless told otherwise', () => {
    const { wallClock: _, ...turn } = TURN;
    const before = Math.floor(Date.now() / 1_000) + 3_600;
    const expiry = Number.parseInt(iceServersOf([], turn).serversFor(PEER).iceServers[0]?.username ?? '', 10);
    expect(expiry).toBeGreaterThanOrEqual(before);
    expect(expiry).toBeLessThanOrEqual(Math.ceil(Date.now() / 1_000) + 3_600);
  });

  it('are another peer’s own, and another secret’s', () => {
    const credentialOf = (peer: string, secret = TURN.secret) =>
      iceServersOf([], { ...TURN, secret }).serversFor(peer as PeerId).iceServers[0]?.credential;
    const credentials = [credentialOf('a'), credentialOf('b'), credentialOf('a', TURN.secret.toUpperCase())];
    expect(new Set(credentials).size).toBe(3);
  });
});
