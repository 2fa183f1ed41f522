/** How a Redis is reached; see {@link parseRedisUrl}. */
export type Topology = SingleMaster | ClusterOfMasters;

/** Where one process at a time takes commands. */
export type SingleMaster = Standalone | Sentinel;

export interface Standalone {
  readonly kind: 'standalone';
  readonly address: Address;
  readonly db: number;
  readonly tls: boolean;
  readonly login: Login;
}

export interface Sentinel {
  readonly kind: 'sentinel';
  readonly sentinels: readonly Address[];
  readonly master: string;
  readonly login: Login;
}

export interface ClusterOfMasters {
  readonly kind: 'cluster';
  /** Some of its processes; the rest is learnt from them. */
  readonly seeds: readonly Address[];
  readonly login: Login;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Of the Redis itself; Sentinels are asked without. */
export interface Login {
  readonly username?: string;
  readonly password?: string;
}

/**
 * Reads `redis://[user:password@]host[:port][/db]`, the same with `rediss` for TLS,
 * `redis-sentinel://[user:password@]host[:port],…/master-name` or `redis-cluster://[user:password@]host[:port],…`.
 *
 * @throws TypeError with one sentence, in which no part of a password stands
 */
export function parseRedisUrl(url: string): Topology {
  const parts = URL_PATTERN.exec(url);
  if (!parts) {
    throw new TypeError(
      'A Redis URL is redis://, rediss://, redis-sentinel:// or redis-cluster:// and at least one host.',
    );
  }
  const [, scheme, userInfo, hosts = '', path = ''] = parts;
  const login = parseLogin(userInfo);
  switch (scheme) {
    case 'redis-sentinel':
      return {
        kind: 'sentinel',
        sentinels: parseHosts(hosts, 26_379),
        master: masterName(path),
        login,
      };
    case 'redis-cluster':
      if (path)
        throw new TypeError('A redis-cluster:// URL ends after its hosts: a Redis Cluster has one database.');
      return { kind: 'cluster', seeds: parseHosts(hosts, 6_379), login };
    default:
      return {
        kind: 'standalone',
        ...onlyHost(hosts),
        db: database(path),
        tls: scheme === 'rediss',
        login,
      };
  }
}

/** Not `new URL`: it knows one host only. The last `@` ends the credentials, as a password may hold one. */
const URL_PATTERN =
  /^(redis|rediss|redis-sentinel|redis-cluster):\/\/(?:([^/]*)@)?([^@/?#]+)(?:\/([^/?#]*))?$/;

const HOST_PATTERN = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/;

function parseLogin(userInfo: string | undefined): Login {
  if (!userInfo) return {};
  const colon = userInfo.indexOf(':');
  const username = decoded(colon < 0 ? userInfo : userInfo.slice(0, colon));
  const password = colon < 0 ? '' : decoded(userInfo.slice(colon + 1));
  return { ...(username && { username }), ...(password && { password }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError('The user or password of a Redis URL is not percent-encoded.');
  }
}

function parseHosts(hosts: string, defaultPort: number): Address[] {
  return hosts.split(',').map((text) => {
    const [, v6, name, port = String(defaultPort)] = HOST_PATTERN.exec(text) ?? [];
    const host = v6 ?? name;
    if (!host || Number(port) < 1 || Number(port) > 65_535) {
      throw new TypeError(
        'A host of a Redis URL is a name or an address, and perhaps a port: host:6379 or [::1]:6379.',
      );
    }
    return { host, port: Number(port) };
  });
}

function onlyHost(hosts: string): { address: Address } {
  const [address, ...more] = parseHosts(hosts, 6_379);
  if (!address || more.length > 0) {
    throw new TypeError(
      'A redis:// URL has one host; for several there are redis-sentinel:// and redis-cluster://.',
    );
  }
  return { address };
}

function masterName(path: string): string {
  if (!path)
    throw new TypeError(
      'A redis-sentinel:// URL ends with the name of the master: redis-sentinel://host:26379/mymaster.',
    );
  return decoded(path);
}

function database(path: string): number {
  if (!/^\d{0,5}$/.test(path)) throw new TypeError('The path of a redis:// URL is the number of a database.');
  return Number(path);
}
