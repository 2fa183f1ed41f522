import { isIPv6 } from 'node:net';
import { iceServersOf } from '@parley/auth';
import type { IceServers } from '@parley/core';
import type { Config } from './config.ts';

/** Which STUN and TURN servers clients are told of, as configured. */
export function iceServersFrom(config: Config): IceServers {
  const {
    PARLEY_STUN_URLS: stunUrls = [],
    PARLEY_TURN_URLS: urls,
    PARLEY_TURN_SECRET: secret,
    PARLEY_TURN_TTL_SECONDS: ttlSeconds,
  } = config;
  return iceServersOf(stunUrls, urls && secret ? { urls, secret, ttlSeconds } : undefined);
}

/**
 * What is wrong with a STUN URL (RFC 7064) or a TURN URL (RFC 7065); `undefined`: nothing. In a browser one that is none makes
 * `new RTCPeerConnection` throw: a typo here would end every call, not just those that need the server.
 */
export function iceUrlFault(url: string, kind: 'stun' | 'turn'): string | undefined {
  const { scheme, host = '', port = '1', transport } = FORM.exec(url)?.groups ?? {};
  const isAddress = host.startsWith('[') && isIPv6(host.slice(1, -1));
  const isHost = isAddress || HOST_NAME.test(host);
  const isRight = scheme?.startsWith(kind) && isHost && Number(port) >= 1 && Number(port) <= 65_535;
  if (isRight && (kind === 'turn' || transport === undefined)) return undefined;
  return REMEDIES[kind];
}

const FORM =
  /^(?<scheme>stuns?|turns?):(?<host>\[[^\]]*\]|[^:?[\]]+)(:(?<port>\d{1,5}))?(\?transport=(?<transport>udp|tcp))?$/;
const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/** Of a bad entry nothing is repeated: somebody may have written a password into it. */
const REMEDIES = {
  stun: 'must be stun:host:port or stuns:host:port, without // and without ?transport',
  turn: 'must be turn:host:port or turns:host:port, without //; ?transport=udp or ?transport=tcp may follow',
};
