import { RawClient, Refused, type ConnectOptions } from '../../support/client.ts';
import { startNode, type NodeProcess } from '../../support/process.ts';
import { freshAddress } from './names.ts';
import { overhear } from './overhear.ts';
import { expectWellFormed } from './refusal.ts';
import { type Leak, Secrets } from './secrets.ts';

/** How somebody comes to the door. */
export interface Approach extends ConnectOptions {
  /** The address that a trusted proxy says it has. Default: one that nobody had before, of a node that trusts this test. */
  readonly from?: string | false;
  /** Default: the node's own public token. `false`: none. */
  readonly credential?: string | false;
  /** In `Authorization`, as servers do, and not in a subprotocol. */
  readonly asServer?: true;
}

/** An answer over HTTP, read to its end. */
export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** What a {@link WatchedNode} may be told. */
export interface WatchOptions {
  /** Kinds of secrets that this node is expected to tell. */
  readonly expected?: readonly string[];
}

/**
 * A node process that logs all it can, and whose whole output is searched at its end for what must not stand there. Every
 * node of these tests is one, so that the log is looked at over all that strangers ever did.
 *
 * @example const node = await WatchedNode.start({ PARLEY_PUBLIC_TOKENS: TOKEN });
 * expect(await node.knock({ origin: 'https://evil.example' })).toBe('403 origin-not-allowed');
 */
export class WatchedNode {
  readonly process: NodeProcess;
  /** What has been said here; tests that speak by other means than this add theirs. */
  readonly secrets: Secrets;
  readonly #expected: readonly string[];
  readonly #publicToken: string | undefined;
  readonly #isTrusting: boolean;
  readonly #inside: RawClient[] = [];
  readonly #overheard: { finish(): void }[] = [];

  private constructor(process: NodeProcess, env: NodeJS.ProcessEnv, { expected = [] }: WatchOptions) {
    this.process = process;
    this.#expected = expected;
    this.secrets = new Secrets();
    const tokens = env['PARLEY_PUBLIC_TOKENS']?.split(',') ?? [];
    [this.#publicToken] = tokens;
    this.#isTrusting = env['PARLEY_TRUSTED_PROXIES'] !== undefined;
    for (const secret of [
      ...tokens,
      env['PARLEY_JWT_SECRET'],
      env['PARLEY_TURN_SECRET'],
      env['PARLEY_OPS_TOKEN'],
      env['PARLEY_LOG_KEY'],
    ])
      this.secrets.add('token', secret);
  }

  /** As {@link startNode}. */
  static async start(env: NodeJS.ProcessEnv, options: WatchOptions = {}): Promise<WatchedNode> {
    const process = await startNode({ PARLEY_LOG_LEVEL: 'debug', ...env });
    return new WatchedNode(process, env, options);
  }

  get url(): string {
    return this.process.url;
  }

  get opsUrl(): string {
    return this.process.opsUrl;
  }

  /** Comes in and stays until {@link leave}. */
  async enter(approach: Approach = {}): Promise<RawClient> {
    const client = await RawClient.connect(this.url, this.#optionsOf(approach));
    this.#inside.push(client);
    this.#overheard.push(overhear(client, this.secrets));
    return client;
  }

  /** Tries to come in and goes at once. What came of it: `welcome`, `403 origin-not-allowed`, `4107 token-unknown`. */
  async knock(approach: Approach = {}): Promise<string> {
    try {
      const client = await this.enter(approach);
      await client.close();
      return 'welcome';
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.closed ? `${error.closed.code} ${error.closed.reason}` : expectWellFormed(error);
    }
  }

  /** Asks `/v1/check` what a knock would get: `200 ok`, `403 origin-not-allowed`, `401 token-unknown`. */
  async check({ credential = this.#publicToken, headers, ...approach }: Approach = {}): Promise<string> {
    const authorization = credential !== undefined && credential !== false;
    const {
      status,
      headers: answered,
      body,
    } = await this.get('/v1/check', {
      ...approach,
      headers: { ...headers, ...(authorization && { authorization: `Bearer ${credential}` }) },
    });
    if (authorization) this.secrets.add('token', credential);
    return expectWellFormed({ status, headers: Object.fromEntries(answered), body });
  }

  /** Asks the service port over HTTP. */
  async get(path: string, approach: Approach & { readonly method?: string } = {}): Promise<Page> {
    const { method = 'GET', origin, query = {}, headers, from } = approach;
    const search = new URLSearchParams(query);
    const response = await fetch(`${this.url}${path}${search.size > 0 ? `?${search}` : ''}`, {
      method,
      redirect: 'manual',
      headers: { ...this.#forwarded(from), ...headers, ...(origin !== undefined && { origin }) },
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  /** The value of a metric: of one series of it, when there are labels. A counter that has never counted is 0. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = await (await fetch(`${this.opsUrl}/metrics`)).text();
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const line = text.split('\n').find((candidate) => {
      const [, series, inBraces = ''] = /^(\w+)(?:\{(.*)\})? /.exec(candidate) ?? [];
      return series === name && wanted.every((label) => inBraces.split(',').includes(label));
    });
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** Everybody who entered goes. */
  async leave(): Promise<void> {
    const leaving = this.#inside.splice(0);
    leaving.forEach((client) => client.terminate());
    await Promise.all(leaving.map((client) => client.closed));
  }

  /** What of all that was said stands in the log. */
  leaks(): Leak[] {
    this.#overheard.splice(0).forEach((overheard) => overheard.finish());
    return this.secrets.foundIn(this.process.output);
  }

  /**
   * Stops it.
   *
   * @throws Error when it told what it must not, or did not live until now
   */
  async stop(): Promise<void> {
    await this.leave();
    await this.process.stop();
    const { code, signal } = await this.process.exited;
    if (code !== 0)
      throw new Error(`the node died (${code ?? signal}):\n${this.process.output.slice(-2_000)}`);
    const leaks = this.leaks().filter(({ kind }) => !this.#expected.includes(kind));
    if (leaks.length > 0)
      throw new Error(`the log tells secrets: ${JSON.stringify(leaks.slice(0, 10), null, 2)}`);
    if (!this.process.output.includes('"event":"listening"'))
      throw new Error('there is no log to be looked at');
  }

  #optionsOf({
    from,
    credential = this.#publicToken,
    asServer,
    headers,
    ...options
  }: Approach): ConnectOptions {
    const token = credential === false ? undefined : credential;
    this.secrets.add('token', token ?? options.query?.['token']);
    return {
      ...options,
      ...(token !== undefined && !asServer && { token }),
      headers: {
        ...this.#forwarded(from),
        ...headers,
        ...(token !== undefined && asServer && { authorization: `Bearer ${token}` }),
      },
    };
  }

  #forwarded(from: string | false = this.#isTrusting && freshAddress()): Record<string, string> {
    if (from === false) return {};
    this.secrets.add('address', from);
    return { 'x-forwarded-for': from };
  }
}
