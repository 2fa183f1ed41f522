import { describe, expect, it } from 'vitest';
import { SeededRandom } from './contract/seeded-random.ts';
import { Bans } from './bans.ts';
import { Door } from './door.ts';
import { Hub } from './hub.ts';
import { MemoryLimiter } from './memory/index.ts';
import type { Membership } from './membership.ts';
import { Narrator } from './narrator.ts';
import type { DoorOptions, Rates } from './options.ts';
import { Penalties } from './penalties.ts';
import type { Limiter } from './ports/limiter.ts';
import type { HttpRequest, SocketListener } from './ports/socket.ts';
import type { TokenVerifier } from './ports/verifier.ts';
import type { Admitted } from './session.ts';
import { verifier } from './testing/cluster.ts';
import { Gate } from './testing/gate.ts';
import { optionsOf, ratesOf, requestOf } from './testing/samples.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { plainNames, QuietLog, quietMetrics } from './testing/quiet.ts';
import { World } from './testing/world.ts';
import { Throttle } from './throttle.ts';

const TOKEN = { authorization: 'Bearer alice' };
const JWT = 'aaa.bbb.ccc';

describe('who comes in', () => {
  /** Each with what it takes to come in after all. */
  it.each<[string, number, Partial<DoorOptions>, HttpRequest, HttpRequest]>([
    [
      'without TLS, where it is required',
      426,
      { requireSecure: true },
      requestOf(TOKEN),
      requestOf(TOKEN, { tls: true }),
    ],
    [
      'who names no host',
      400,
      {},
      requestOf({ ...TOKEN, host: '' }),
      requestOf({ ...TOKEN, host: '[2001:db8::1]:8080' }),
    ],
    [
      'who names two',
      400,
      {},
      requestOf({ ...TOKEN, host: 'a.example, b.example' }),
      requestOf({ ...TOKEN, host: 'a.example' }),
    ],
    [
      'a page of a foreign origin',
      403,
      { allowedOrigins: ['https://a.example'] },
      requestOf({ ...TOKEN, origin: 'https://b.example' }),
      requestOf({ ...TOKEN, origin: 'https://a.example' }),
    ],
    [
      'no browser, where an origin is required',
      403,
      { requireOrigin: true },
      requestOf(TOKEN),
      requestOf({ ...TOKEN, origin: 'https://a.example' }),
    ],
    ['nobody', 401, {}, requestOf(), requestOf(TOKEN)],
    ['a malformed token', 401, {}, requestOf({ authorization: 'Bearer !' }), requestOf(TOKEN)],
    [
      'an authorization of another kind',
      401,
      {},
      requestOf({ authorization: 'Basic YTpi' }),
      requestOf(TOKEN),
    ],
    [
      'a JWT in the query, where it would be logged',
      401,
      {},
      requestOf({}, { query: `token=${JWT}` }),
      requestOf({}, { query: 'token=public-token-1234' }),
    ],
    [
      'who offers other subprotocols only',
      400,
      {},
      requestOf({ ...TOKEN, 'sec-websocket-protocol': 'chat.v2' }),
      requestOf({ ...TOKEN, 'sec-websocket-protocol': 'chat.v2, parley.v1' }),
    ],
  ])('is not %s: %i', async (_title, status, options, refused, welcome) => {
    const { door } = start(options);
    expect(await door.connect(refused)).toMatchObject({ ok: false, answer: { status } });
    expect(await door.connect(welcome)).toMatchObject({ ok: true });
  });

  it('is told to come back when the cluster cannot be reached', async () => {
    const { door, membership } = start();
    membership.up = false;
    const answer = await door.connect(requestOf(TOKEN));
    expect(answer).toMatchObject({ answer: { status: 503, headers: { 'retry-after': '2' } } });
    membership.up = true;
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
  });

  it('is nobody any more once the door is closed, not even who was let in and has not come yet', async () => {
    const { door, accepted } = start();
    const admission = await door.connect(requestOf(TOKEN));
    door.close();
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: false, answer: { status: 503 } });
    const socket = new FakeSocket();
    if (admission.ok) socket.listener = admission.open(socket);
    expect(socket.closedWith).toBe(4000);
    expect(accepted).toEqual([]);
    socket.drop(4000);
    expect(door.occupancy.inside).toBe(0);
  });

  it('is told by a close why a well-formed token is not accepted, because a browser sees no status', async () => {
    const { door, accepted } = start();
    const admission = await door.connect(requestOf({ authorization: 'Bearer expired' }));
    if (!admission.ok) throw new Error('a browser would have seen nothing');
    const socket = new FakeSocket();
    const listener = admission.open(socket);
    expect(socket.ending).toEqual({ code: 4100, reason: 'token-expired' });
    listener.message('{}', 2);
    listener.closed(4100);
    expect(accepted).toEqual([]);
  });

  it('may bring the token as a header, a subprotocol or in the query, and the first of these counts', async () => {
    const { door, enter } = start({ allowQueryToken: true });
    const offer = (token: string) => ({ 'sec-websocket-protocol': `parley.v1, parley.token.${token}` });
    expect((await enter(requestOf(offer('browser')))).peer).toBe('browser');
    expect((await enter(requestOf({}, { query: 'token=query' }))).peer).toBe('query');
    expect((await enter(requestOf({}, { query: `token=${JWT}` }))).peer).toBe(JWT);
    const all = requestOf({ ...offer('browser'), authorization: 'Bearer header' }, { query: 'token=query' });
    expect((await enter(all)).peer).toBe('header');
    expect(door.occupancy.inside).toBe(4);
  });

  it('is answered the one subprotocol, never the token; and none if none was offered', async () => {
    const { door } = start();
    const offered = await door.connect(
      requestOf({ 'sec-websocket-protocol': 'parley.token.alice, parley.v1' }),
    );
    expect(offered).toMatchObject({ ok: true, subprotocol: 'parley.v1' });
    const headers = new Map(Object.entries({ host: 'parley.example', ...TOKEN }));
    const plain = await door.connect({ ...requestOf(), headers });
    expect(plain).toMatchObject({ ok: true });
    expect(plain).not.toHaveProperty('subprotocol');
  });

  it('is nobody whose token the verifier fails over: a fault of the node, told, counted and answered', async () => {
    const outcomes: string[] = [];
    const { door, log } = start({}, failing, (outcome) => outcomes.push(outcome));
    const refused = await door.connect(requestOf({ authorization: 'Bearer poison' }));
    const answer = 'answer' in refused ? refused.answer : undefined;
    expect(answer?.status).toBe(500);
    expect(JSON.parse(String(answer?.body))).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(answer)).not.toContain('a bug');
    expect(log.errors).toEqual([{ event: 'upgrade-failed', error: new TypeError('a bug') }]);
    expect(door.occupancy.inside).toBe(0);
    // Whose token it does not fail over comes in.
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
    expect(outcomes).toEqual(['internal', 'accepted']);
    expect(log.errors).toHaveLength(1);
  });

  it('has a fence that says when it was let in', async () => {
    const { membership, enter } = start();
    const first = await enter(requestOf(TOKEN));
    membership.timeMs += 1;
    const second = await enter(requestOf(TOKEN));
    expect(second.fence > first.fence).toBe(true);
    expect(second.instance).not.toBe(first.instance);
  });
});

describe('how many come in', () => {
  it('is bounded for the node, and counted down at every end', async () => {
    const { door, open } = start({ maxSessions: 2 });
    const sockets = [await open(requestOf(TOKEN)), await open(requestOf(TOKEN))];
    const full = await door.connect(requestOf(TOKEN));
    expect(full).toMatchObject({ answer: { status: 503, headers: { 'retry-after': '2' } } });
    for (const socket of sockets) socket.drop();
    expect([door.occupancy.inside, door.occupancy.counted]).toEqual([0, 0]);
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
  });

  it('is bounded for each address, and an IPv6 /64 is one address', async () => {
    const { door, open } = start({ maxSessionsPerAddress: 1 });
    await open(requestOf(TOKEN, { address: '2001:db8:1:2::1' }));
    await open(requestOf(TOKEN, { address: '192.0.2.1' }));
    const again = { ok: false, answer: { status: 429 } };
    expect(await door.connect(requestOf(TOKEN, { address: '2001:db8:1:2:ffff::9' }))).toMatchObject(again);
    expect(await door.connect(requestOf(TOKEN, { address: '192.0.2.1' }))).toMatchObject(again);
    expect(await door.connect(requestOf(TOKEN, { address: '2001:db8:1:3::1' }))).toMatchObject({ ok: true });
    expect(await door.connect(requestOf(TOKEN, { address: '192.0.2.2' }))).toMatchObject({ ok: true });
  });

  it('is bounded by the address of the client behind a trusted proxy, not by that of the proxy', async () => {
    const { door, open } = start({ maxSessionsPerAddress: 1, trustedProxies: ['10.0.0.0/8'] });
    const via = (client: string) =>
      requestOf({ ...TOKEN, 'x-forwarded-for': `1.1.1.1, ${client}` }, { address: '10.0.0.1' });
    await open(via('203.0.113.1'));
    expect(await door.connect(via('203.0.113.2'))).toMatchObject({ ok: true });
    expect(await door.connect(via('203.0.113.1'))).toMatchObject({ ok: false });
  });

  it('counts whoever is on the way in, and not whoever was gone before the socket opened', async () => {
    const { door } = start({ maxSessions: 1 });
    const admission = await door.connect(requestOf(TOKEN));
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: false });
    if (admission.ok) {
      admission.abandoned();
      admission.abandoned();
    }
    expect([door.occupancy.inside, door.occupancy.counted]).toEqual([0, 0]);
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
  });

  it('counts those who are only let in to be told why not', async () => {
    const { door } = start({ maxSessions: 3 });
    const bad = requestOf({ authorization: 'Bearer expired' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => door.connect(bad)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
  });

  it('lets no more in when many come at once and their tokens take time', async () => {
    const { door } = start({ maxSessions: 3 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => door.connect(requestOf(TOKEN))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
  });
});

describe('how often one may come', () => {
  it('is bounded for an address, an IPv6 /64 being one, and the answer says when to come again', async () => {
    const { door } = start({}, verifier, undefined, { 'upgrade-address': 2 });
    const from = (address: string) => door.connect(requestOf(TOKEN, { address }));
    expect(await from('2001:db8::1')).toMatchObject({ ok: true });
    expect(await from('2001:db8::2')).toMatchObject({ ok: true });
    expect(await from('2001:db8::3')).toMatchObject({
      answer: { status: 429, headers: { 'retry-after': '30' } },
    });
    expect(await from('2001:db8:0:1::1')).toMatchObject({ ok: true });
  });

  it('is bounded for a JWT wherever it is used; a public token is everybody’s', async () => {
    const { door } = start({}, personal, undefined, { 'upgrade-token': 1 });
    const at = (n: number, token: string) =>
      door.connect(requestOf({ authorization: `Bearer ${token}` }, { address: `192.0.2.${n}` }));
    expect(await at(1, JWT)).toMatchObject({ ok: true });
    expect(await at(2, JWT)).toMatchObject({ answer: { status: 429 } });
    expect(await at(3, 'alice')).toMatchObject({ ok: true });
    expect(await at(4, 'alice')).toMatchObject({ ok: true });
  });

  it('counts a check like an attempt: else it would be the way around', async () => {
    const { door } = start({}, verifier, undefined, { 'upgrade-address': 1 });
    expect(await door.check(requestOf(TOKEN))).toMatchObject({ status: 200 });
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ answer: { status: 429 } });
  });

  it('is less for whoever presents credentials that are refused: it waits for the answer', async () => {
    const { door, clock } = start({}, verifier, undefined, { credential: 2 });
    const bad = requestOf({ authorization: 'Bearer expired' });
    for (let n = 1; n <= 2; n += 1) expect(await door.connect(bad)).toMatchObject({ ok: true });
    const waits = { answer: { status: 429, headers: { 'retry-after': '30' } } };
    expect(await door.connect(bad)).toMatchObject(waits);
    // Others of that address too, with a token that could be guessed; not elsewhere.
    expect(await door.connect(requestOf(TOKEN))).toMatchObject(waits);
    expect(await door.connect(requestOf(TOKEN, { address: '192.0.2.9' }))).toMatchObject({ ok: true });
    await clock.advance(30_000);
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
  });

  it('is not less for a JWT that is good, whoever else is at that address', async () => {
    const { door } = start({}, jwtOnly, undefined, { credential: 1 });
    const present = (token: string) => door.connect(requestOf({ authorization: `Bearer ${token}` }));
    await present('forged.jwt.1');
    expect(await present('forged.jwt.2')).toMatchObject({ answer: { status: 429 } });
    expect(await present(JWT)).toMatchObject({ ok: true });
  });

  it('counts the many /64s of one IPv6 customer together as well', async () => {
    const { door } = start({}, verifier, undefined, { 'upgrade-address': 1 });
    const from = (n: number) => door.connect(requestOf(TOKEN, { address: `2001:db8:0:${n}::1` }));
    for (let n = 1; n <= 8; n += 1) expect(await from(n)).toMatchObject({ ok: true });
    expect(await from(9)).toMatchObject({ answer: { status: 429 } });
    const elsewhere = requestOf(TOKEN, { address: '2001:db8:1::1' });
    expect(await door.connect(elsewhere)).toMatchObject({ ok: true });
  });

  it('is nothing that a foreign page can use up for its visitor', async () => {
    const { door } = start({ allowedOrigins: ['https://app.example'] }, verifier, undefined, {
      'upgrade-address': 1,
    });
    for (const site of ['cross-site', 'same-site'])
      expect(await door.check(requestOf({ ...TOKEN, 'sec-fetch-site': site }))).toMatchObject({
        status: 403,
      });
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
  });

  it('is not charged for those who have no credential at all: they are told so', async () => {
    const { door } = start({}, verifier, undefined, { credential: 1 });
    for (let n = 1; n <= 5; n += 1)
      expect(await door.connect(requestOf())).toMatchObject({ answer: { status: 401 } });
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
  });
});

describe('how many one may have', () => {
  it('is bounded for a JWT', async () => {
    const { door, open } = start({ maxSessionsPerToken: 1 }, personal);
    const mine = requestOf({ authorization: `Bearer ${JWT}` });
    const first = await open(mine);
    expect(await door.connect(mine)).toMatchObject({ answer: { status: 429 } });
    expect(await door.connect(requestOf({ authorization: 'Bearer ddd.eee.fff' }))).toMatchObject({
      ok: true,
    });
    first.drop();
    expect(await door.connect(mine)).toMatchObject({ ok: true });
  });

  it('is not bounded for a public token: it is everybody’s', async () => {
    const { door, open } = start({ maxSessionsPerToken: 1 });
    await open(requestOf(TOKEN));
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
  });

  it('is bounded for a realm, in the whole cluster', async () => {
    const { door, membership } = start({ maxSessionsPerRealm: 5 });
    membership.elsewhere = 4;
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ ok: true });
    membership.elsewhere = 5;
    expect(await door.connect(requestOf(TOKEN))).toMatchObject({ answer: { status: 429 } });
  });
});

describe('keys that cannot be had', () => {
  it('neither let anybody in nor call a token wrong', async () => {
    const { door } = start({}, keyless, undefined, { credential: 1 });
    for (let n = 1; n <= 3; n += 1)
      expect(await door.connect(requestOf(TOKEN))).toMatchObject({
        answer: { status: 503, headers: { 'retry-after': '2' } },
      });
  });
});

describe('a check', () => {
  it('answers what an upgrade would get, and takes no place', async () => {
    const { door } = start();
    expect(await door.check(requestOf(TOKEN))).toMatchObject({ status: 200 });
    expect(await door.check(requestOf())).toMatchObject({ status: 401 });
    const expired = await door.check(requestOf({ authorization: 'Bearer expired' }));
    expect(expired.status).toBe(401);
    expect(JSON.parse(String(expired.body))).toMatchObject({ code: 'token-expired' });
    expect(door.occupancy.inside).toBe(0);
  });
});

describe('a check that fails', () => {
  it('is answered like an upgrade that does', async () => {
    const { door, log } = start({}, failing);
    const { status, body } = await door.check(requestOf({ authorization: 'Bearer poison' }));
    expect([status, JSON.parse(String(body))]).toMatchObject([500, { code: 'internal' }]);
    expect(log.errors).toMatchObject([{ event: 'upgrade-failed' }]);
    expect(await door.check(requestOf(TOKEN))).toMatchObject({ status: 200 });
  });
});

/** Has a bug, which one token brings out. */
const failing: TokenVerifier = {
  verify: (token) => (token === 'poison' ? Promise.reject(new TypeError('a bug')) : verifier.verify(token)),
};

/** Knows everybody by any token. */
const personal: TokenVerifier = { verify: () => verifier.verify('alice') };

/** Knows one JWT. */
const jwtOnly: TokenVerifier = {
  verify: async (token) =>
    token === JWT ? verifier.verify('alice') : { ok: false, kind: 'refused', close: 'token-bad-signature' },
};

const keyless: TokenVerifier = {
  verify: async () => ({ ok: false, kind: 'unavailable', retryAfterMs: 1_500 }),
};

function start(
  more: Partial<DoorOptions> = {},
  verifies = verifier,
  upgraded: (outcome: string) => void = () => {},
  rates: Partial<Rates> = {},
) {
  const world = new World();
  const { clock } = world;
  const membership = {
    up: true,
    timeMs: 1_700_000_000_000,
    elsewhere: 0,
    nowMs() {
      return this.timeMs;
    },
    sessionsElsewhere() {
      return this.elsewhere;
    },
  };
  const accepted: Admitted[] = [];
  const log = new QuietLog();
  const limits = new Gate();
  const listener: SocketListener = { message() {}, binary() {}, alive() {}, closed() {} };
  const options = optionsOf('node-1', { rates: ratesOf(rates) }, more);
  const throttle = new Throttle({
    limiter: limits.over<Limiter>(new MemoryLimiter({ clock })),
    rates: options.rates,
    nodes: () => 1,
    clock,
    metrics: quietMetrics,
  });
  const penalties = new Penalties((subject) => throttle.ask({ limit: 'credential', subject }), clock);
  const bans = new Bans({ table: world.directory.bans, clock, log, changed() {} });
  const hub = new Hub();
  const door = new Door(options, {
    verifier: verifies,
    throttle,
    penalties,
    bans,
    hub,
    log,
    membership: membership as unknown as Membership,
    random: new SeededRandom(1),
    metrics: { ...quietMetrics, upgraded },
    narrator: new Narrator(log, plainNames),
    events: {
      accept(admitted) {
        accepted.push(admitted);
        return listener;
      },
    },
  });
  async function open(request: HttpRequest): Promise<FakeSocket> {
    const admission = await door.connect(request);
    if (!admission.ok) throw new Error(`refused: ${String(admission.answer.body)}`);
    const socket = new FakeSocket();
    socket.listener = admission.open(socket);
    return socket;
  }
  async function enter(request: HttpRequest): Promise<Admitted> {
    await open(request);
    const admitted = accepted.at(-1);
    if (!admitted) throw new Error('nobody came in');
    return admitted;
  }
  return { door, membership, accepted, log, limits, bans, clock, open, enter };
}
