import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { Child, temporaryFolder } from './child.ts';
import { withFreePorts } from './ports.ts';
import { pathOf } from './programs.ts';
import { Shipped } from './shipped.ts';
import { answersStun } from './turn-client.ts';

/** A running coturn with the configuration that ships, on loopback. */
export interface Coturn {
  readonly port: number;
  /** For clients that talk UDP to it: `turn:127.0.0.1:port?transport=udp`. */
  readonly url: string;
  /** What a node needs to know of it. */
  readonly settings: { readonly PARLEY_TURN_URLS: string; readonly PARLEY_TURN_SECRET: string };
  /** Everything it wrote so far. */
  readonly output: string;
  stop(): Promise<void>;
}

/** What a test may vary. */
export interface CoturnOptions {
  /** Relay to 127.0.0.1, where a test has its peers; nothing else of what is denied is let in. */
  readonly relaysToLoopback?: boolean;
  readonly secret?: string;
  /** Relays of one peer at a time; the one that ships unless given. */
  readonly userQuota?: number;
  /** Without any line that denies addresses: what coturn refuses then, it refuses by itself. */
  readonly deniesNothing?: boolean;
}

/** What every coturn of a test knows, unless told otherwise. */
export const TURN_SECRET = 'the-secret-of-a-coturn-on-loopback';

/** Whether this machine has an IPv6 loopback; a coturn relays by IPv6 then, too. */
export const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((network) => network?.address === '::1');

/** Containers often have no IPv6, and coturn ends where it cannot listen. */
const LOOPBACKS = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

/** Starts `infra/coturn/turnserver.conf`; it answers. */
export function startCoturn(options: CoturnOptions = {}): Promise<Coturn> {
  return withFreePorts(2, async (port, tlsPort = 0) => {
    const folder = temporaryFolder('coturn');
    const file = join(folder, 'turnserver.conf');
    const { secret = TURN_SECRET } = options;
    writeFileSync(file, configuration({ ...options, secret }, folder, port, tlsPort), { mode: 0o600 });
    const child = new Child({ name: 'coturn', path: pathOf('turnserver'), args: ['-c', file], folder });
    await child.ready(() => answersStun(port));
    const url = `turn:127.0.0.1:${port}?transport=udp`;
    return {
      port,
      url,
      settings: { PARLEY_TURN_URLS: url, PARLEY_TURN_SECRET: secret },
      get output() {
        return child.output;
      },
      stop: () => child.stop(),
    };
  });
}

function configuration(
  { relaysToLoopback = false, secret, userQuota, deniesNothing = false }: CoturnOptions,
  folder: string,
  port: number,
  tlsPort: number,
): string {
  const shipped = new Shipped('infra/coturn/turnserver.conf')
    .replace(/^listening-port=3478$/m, `listening-port=${port}`)
    .replace(/^tls-listening-port=5349$/m, `tls-listening-port=${tlsPort}`)
    .replace(/^# static-auth-secret=$/m, `static-auth-secret=${secret}`)
    .replace(/^realm=turn\.example\.org$/m, 'realm=parley.test');
  if (userQuota !== undefined) shipped.replace(/^user-quota=\d+$/m, `user-quota=${userQuota}`);
  const here = [
    ...LOOPBACKS.flatMap((address) => [`listening-ip=${address}`, `relay-ip=${address}`]),
    // A database and a file that it would leave in places of the system.
    `userdb=${join(folder, 'turndb')}`,
    `pidfile=${join(folder, 'turnserver.pid')}`,
    ...(relaysToLoopback ? ['allow-loopback-peers', 'allowed-peer-ip=127.0.0.1'] : []),
  ];
  const text = deniesNothing ? shipped.text.replaceAll(/^denied-peer-ip=.*\n/gm, '') : shipped.text;
  return `${text}\n${here.join('\n')}\n`;
}
