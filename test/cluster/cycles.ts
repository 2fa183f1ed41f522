import type { Outgoing } from '@parley/protocol';

import type { Closed } from '../support/client.ts';

/** A client of either kind: over a real socket, or over two objects. */
export interface CycleClient {
  readonly welcome: { readonly peer: string };
  readonly closed: Promise<Closed>;
  send(message: object | string): void;
  request(message: object): Promise<Outgoing>;
  next(wanted: (message: Outgoing) => boolean): Promise<Outgoing>;
  terminate(): void;
}

/** Where cycles take place: two nodes. */
export interface CycleStage<Client extends CycleClient = CycleClient> {
  /** Resolves when it is welcome, rejects when it is refused. Nodes are counted on and on: the third is the first. */
  connect(node: number, token?: string): Promise<Client>;
  /** Resolves when the socket is open, before any welcome. */
  open(node: number): Promise<Client>;
  /** Asks for a socket and is gone before the answer. */
  abandon(node: number): Promise<void>;
  sendBinary(client: Client): void;
  /** From now on the client reads nothing. */
  stall(client: Client): void;
}

/** Somebody comes, does something, and goes in a certain way. `n` is another each time. */
type Cycle = <Client extends CycleClient>(stage: CycleStage<Client>, n: number) => Promise<void>;

/** Every way to end. */
export const CYCLES = {
  async leave(stage, n) {
    const { room, members } = await talk(stage, n);
    for (const member of members) expectType(await member.request({ type: 'leave', room }), 'left');
    await Promise.all(members.map(bye));
  },

  async bye(stage, n) {
    const { members } = await talk(stage, n);
    await Promise.all(members.map(bye));
  },

  async drop(stage, n) {
    const { members } = await talk(stage, n);
    for (const member of members) member.terminate();
  },

  async replaced(stage, n) {
    const room = `replaced-${n}`;
    const before = await stage.connect(0, `peer-${n}`);
    expectType(await before.request({ type: 'join', room }), 'joined');
    const after = await stage.connect(n, `peer-${n}`);
    const { code } = await before.closed;
    if (code !== 4200) throw new Error(`closed ${code}, not replaced`);
    expectType(await after.request({ type: 'join', room }), 'joined');
    await bye(after);
  },

  async 'refused upgrade'(stage, n) {
    for (const token of ['malformed', 'refused']) {
      const refused = await stage.connect(n, token).then(
        () => false,
        () => true,
      );
      if (!refused) throw new Error('not refused');
    }
    await stage.abandon(n);
  },

  async 'connecting still in flight'(stage, n) {
    (await stage.open(n)).terminate();
  },

  async 'join still in flight'(stage, n) {
    const client = await stage.connect(n);
    client.send({ type: 'join', room: `in-flight-${n}` });
    client.send({ type: 'join' });
    client.send({ type: 'match', queue: `in-flight-${n}`, timeoutMs: 5_000 });
    client.terminate();
  },

  async 'matched and gone'(stage, n) {
    const [a, b] = await Promise.all([stage.connect(0), stage.connect(1)]);
    const match = { type: 'match', queue: `matched-${n}` };
    expectType(await a.request(match), 'waiting');
    expectType(await b.request(match), 'waiting');
    // Now and then both go before they hear of the match.
    if (n % 2 > 0) await Promise.all([a.next(isMatch), b.next(isMatch)]);
    a.terminate();
    b.terminate();
  },

  async 'gave up waiting'(stage, n) {
    const client = await stage.connect(n);
    const queue = `lonely-${n}`;
    expectType(await client.request({ type: 'match', queue }), 'waiting');
    expectType(await client.request({ type: 'unmatch', queue }), 'unmatched');
    expectType(await client.request({ type: 'match', queue, timeoutMs: 10 }), 'waiting');
    await client.next((message) => message.type === 'error' && message.code === 'match-timeout');
    await bye(client);
  },

  async 'code and gone'(stage, n) {
    const client = await stage.connect(n);
    expectType(await client.request({ type: 'join', meta: { n } }), 'joined');
    client.terminate();
  },

  async 'bad messages'(stage, n) {
    const client = await stage.connect(n);
    if (n % 2 === 0) stage.sendBinary(client);
    else for (let bad = 0; bad < 40; bad += 1) client.send('[]');
    const { code } = await client.closed;
    if (code !== 4203 && code !== 4204) throw new Error(`closed ${code}`);
  },

  async 'slow reader'(stage, n) {
    const { room, members } = await talk(stage, n);
    const [reader, writer] = members;
    stage.stall(reader);
    const signal = { type: 'signal', room, to: reader.welcome.peer, custom: 'x'.repeat(30_000) };
    while ((await writer.request(signal)).type === 'delivered');
    await bye(writer);
    reader.terminate();
  },
} satisfies Record<string, Cycle>;

export type CycleName = keyof typeof CYCLES;

/** Two who met on two nodes, or on one, and signalled each other. */
async function talk<Client extends CycleClient>(stage: CycleStage<Client>, n: number) {
  const room = `talk-${n}`;
  const members = await Promise.all([stage.connect(0), stage.connect(n)]);
  const [a, b] = members;
  expectType(await a.request({ type: 'join', room, meta: { n } }), 'joined');
  expectType(await b.request({ type: 'join', room }), 'joined');
  await a.next(({ type }) => type === 'peer-joined');
  expectType(await a.request({ type: 'signal', room, to: b.welcome.peer, custom: n }), 'delivered');
  expectType(await b.request({ type: 'signal', room, to: a.welcome.peer, custom: n }), 'delivered');
  expectType(await a.request({ type: 'update', room, meta: n }), 'updated');
  return { room, members };
}

async function bye(client: CycleClient): Promise<void> {
  client.send({ type: 'bye' });
  await client.closed;
}

const isMatch = (message: Outgoing) => message.type === 'joined' && message.queue !== undefined;

function expectType(message: Outgoing, type: Outgoing['type']): void {
  if (message.type !== type) throw new Error(`expected ${type} but got ${JSON.stringify(message)}`);
}
