import type { CheckAnswer, RoomId } from '@parley/protocol/plain';
import { CLOSES, ENDPOINTS } from '@parley/protocol/plain';
import { assert } from './assert.ts';
import type { Case, HttpRequest, HttpResponse, MintWishes, Target } from './case.ts';
import { Client, type ConnectOptions } from './client.ts';
import { within } from './within.ts';

/** A case that hangs has failed. */
const CASE_TIMEOUT_MS = 30_000;

/** How often is asked again what was refused because there had been too many attempts. */
const MAX_TRIES = 20;

/** Runs one case. Rejects with what the server got wrong; afterwards nothing is left open. */
export async function runCase({ name, run }: Case, target: Target): Promise<void> {
  const harness = new Harness(target);
  try {
    await within(name, run(harness), undefined, CASE_TIMEOUT_MS);
    harness.assertNoProblems();
  } finally {
    await harness.end();
  }
}

/** What a case works with: clients of the server under test, names that nobody else uses, and HTTP. */
export class Harness {
  readonly target: Target;
  readonly #clients: Client[] = [];

  constructor(target: Target) {
    this.target = target;
  }

  /**
   * Connects and waits for `welcome`; once more, as every client does, where it was taken for the earlier of two: nodes tell by
   * the clock, and one that comes back within a millisecond may be.
   */
  async connect(options: ConnectOptions = {}, tries = MAX_TRIES): Promise<Client> {
    const client = await this.open(options);
    const welcomed = client.welcomed();
    const end = await Promise.race([welcomed.then(() => undefined), client.closed]);
    if (end?.code === CLOSES['superseded-while-connecting'].code && tries > 1)
      return this.connect(options, tries - 1);
    await welcomed;
    return client;
  }

  /** Connects and waits for nothing but the open socket; in its turn, where there were too many attempts from this address. */
  async open(options: ConnectOptions = {}, tries = MAX_TRIES): Promise<Client> {
    const client = new Client(this.target, options);
    this.#clients.push(client);
    if (await client.opened()) return client;
    const { answer } = await this.check(options.token);
    assert(answer.code === 'ok' && tries > 1, `the socket did not open (${answer.code})`);
    return this.open(options, tries - 1);
  }

  /** Comes back as this client, with the proof it was told last, and waits for `welcome`. */
  resume(client: Client): Promise<Client> {
    return this.connect({ ...client.options, resume: client.proof });
  }

  /** Starts anew in the place of this client, with the same proof, and waits for `welcome`. */
  restart(client: Client): Promise<Client> {
    return this.connect({ ...client.options, restart: client.proof });
  }

  /** Two who sit in one room, `a` first, and have heard of each other. */
  async pair(): Promise<{ room: RoomId; a: Client; b: Client }> {
    const room = this.name('pair');
    const [a, b] = await Promise.all([this.connect(), this.connect()]);
    await a.request({ type: 'join', room }, 'joined');
    await b.request({ type: 'join', room }, 'joined');
    await a.next('peer-joined');
    return { room, a, b };
  }

  /** The same two, of whom `b` has dropped out and is away, as `a` has heard. */
  async halfPair(): Promise<{ room: RoomId; a: Client; b: Client }> {
    const { room, a, b } = await this.pair();
    await b.drop();
    await a.next('peer-away');
    return { room, a, b };
  }

  /** A room or queue that nobody else uses, in this run or another. */
  name(stem: string): RoomId {
    return `conformance.${stem}.${Math.random().toString(36).slice(2)}` as RoomId;
  }

  /** Asks `/v1/check` with a credential; by default the target's. */
  async check(
    token: string | null | undefined = this.target.token,
  ): Promise<{ status: number; answer: CheckAnswer }> {
    const headers = typeof token === 'string' ? { authorization: `Bearer ${token}` } : {};
    const response = await this.fetch(ENDPOINTS.check, headers);
    return { status: response.status, answer: (await response.json()) as CheckAnswer };
  }

  /** As a page asks: without cookies; and once more where there were too many attempts. */
  async fetch(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    tries = MAX_TRIES,
  ): Promise<Response> {
    const url = new URL(path, this.target.url.replace(/^ws/, 'http'));
    const response = await fetch(url, { headers, credentials: 'omit' });
    if (response.status !== 429 || tries <= 1) return response;
    const retryAfterMs = Number(response.headers.get('retry-after')) * 1_000;
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    return this.fetch(path, headers, tries - 1);
  }

  /** Only for cases that need `http`. */
  http(request: HttpRequest): Promise<HttpResponse> {
    assert(this.target.http, 'this case must say that it needs http');
    return within(`${request.path} to be answered`, this.target.http(request));
  }

  /** An upgrade as it is written, by default a right one with the target's credential; only for cases that need `http`. */
  upgrade(headers: Readonly<Record<string, string>> = {}, query = ''): Promise<HttpResponse> {
    const right = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    return this.http({ path: ENDPOINTS.connect + query, headers: { ...right, ...headers } });
  }

  /** Only for cases that need `mint`. */
  mint(claims: object, wishes?: MintWishes): Promise<string> {
    assert(this.target.mint, 'this case must say that it needs mint');
    return this.target.mint(claims, wishes);
  }

  /** A session that speaks for what the claims say; only for cases that need `mint`. */
  async connectAs(claims: object, wishes?: MintWishes): Promise<Client> {
    return this.connect({ token: await this.mint(claims, wishes) });
  }

  assertNoProblems(): void {
    const problems = this.#clients.flatMap((client) => client.problems);
    assert(problems.length === 0, problems.join('\n'));
  }

  /** Closes what is still open. */
  async end(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}
