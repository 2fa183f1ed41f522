import type { Outgoing, Welcome } from '@parley/protocol/plain';
import { describe, expect, it } from 'vitest';

import type { Parley, Signal } from './api.ts';
import { ParleyError } from './error.ts';
import { openParley } from './parley.ts';
import type { Line, LineEvents, Negotiator, OutgoingSignal, PeerWire, Receipt } from './ports.ts';
import { RemotePeer } from './signaling-peer.ts';

/** What a link is to a room: it stands until it is let go of for good. */
class Stander extends RemotePeer implements Negotiator {
  readonly wire: PeerWire;
  readonly received: Signal[] = [];
  endedBy: string | undefined;
  readonly #detach: () => void;

  constructor(wire: PeerWire) {
    super(wire);
    this.wire = wire;
    this.#detach = wire.attach(this);
  }

  receive(signal: Signal): void {
    if (this.endedBy === 'the far end') this.wire.startOver(signal);
    else this.received.push(signal);
  }

  nudge(): void {}

  letGo(reason: string): void {
    if (reason === 'lost') return;
    this.endedBy = reason;
    this.#detach();
  }

  /** Its own program closes it, or it fails. */
  close(): void {
    this.letGo('itself');
  }
}

const BEN = { peer: 'p.ben', instance: 'i.ben', polite: true };
const answered = (message: { room?: string | undefined }) => ({
  type: 'joined',
  room: message.room,
  capacity: 9,
  peers: [BEN],
});

describe('a call that has outlived its seat', () => {
  it.each([
    ['by room.leave()', async ({ lobby }: Lobby) => lobby.leave()],
    ['by parley.close()', async ({ guest }: Lobby) => guest.close()],
    [
      'by room.leave() after the room has ended',
      async ({ lobby, server }: Lobby) => {
        server.hear({ type: 'left', room: 'lobby', reason: 'shut-down' });
        await lobby.leave();
      },
    ],
    [
      'by parley.close() after the server has ended the connection',
      async ({ guest, server }: Lobby) => {
        server.events.changed({ state: 'closed', reason: 'token-expired', willReturn: false });
        guest.close();
      },
    ],
  ])('ends %s', async (_how, end) => {
    const lobby = await inLobby();
    lobby.server.forget();
    await settled();
    expect(lobby.peers.map(({ endedBy }) => endedBy)).toEqual([undefined, undefined]);
    await end(lobby);

    expect(lobby.peers.map(({ endedBy }) => endedBy)).toEqual(['closed', 'closed']);
  });

  it('ends when the same peer is called again, and that call stands', async () => {
    const { server, peers } = await inLobby();
    server.forget();
    await settled();
    peers[1]!.wire.linked();

    expect(peers.map(({ endedBy }) => endedBy)).toEqual(['replaced', undefined]);
  });

  it('ends in a room of two when whoever comes next is called: it can be nobody else', async () => {
    const { server, peers } = await inLobby();
    server.answers.join = (message) => ({ ...answered(message), capacity: 2, peers: [] });
    server.forget();
    await settled();
    server.hear({ type: 'peer-joined', room: 'lobby', peer: 'p.new', instance: 'i.new', polite: false });
    peers[1]!.wire.linked();

    expect(peers.map(({ endedBy }) => endedBy)).toEqual(['replaced', undefined]);
  });

  it('goes on when somebody else is called, or the same one elsewhere', async () => {
    const { guest, server, peers, lobby } = await inLobby();
    server.forget();
    await settled();
    const ann = { type: 'peer-joined', room: 'lobby', peer: 'p.ann', instance: 'i.ann', polite: true };
    server.hear(ann);
    const elsewhere = await guest.join('elsewhere');
    for (const peer of [lobby.peers.get('p.ann'), elsewhere.peers.get('p.ben')]) peer!.wire.linked();
    await elsewhere.leave();

    expect(peers[0]!.endedBy).toBeUndefined();
  });

  it('is forgotten when it ends by itself', async () => {
    const { guest, server, peers } = await inLobby();
    server.forget();
    await settled();
    const { strays } = guest as unknown as { strays: Set<unknown> };
    expect(strays.size).toBe(1);
    peers[0]!.close();

    expect(strays.size).toBe(0);
  });
});

describe('a room', () => {
  it('that is left in the middle of meeting others meets nobody more', async () => {
    const { guest, server, lobby, peers } = await inLobby();
    lobby.on('peer', ({ id }) => id === 'p.1' && guest.close());
    const others = [1, 2, 3].map((nth) => ({ peer: `p.${nth}`, instance: `i.${nth}`, polite: true }));
    server.welcome({ resumed: true, rooms: [{ room: 'lobby', capacity: 9, peers: others }] });

    expect(peers.map(({ id }) => id)).toEqual(['p.ben', 'p.1']);
    expect(lobby.peers.size).toBe(0);
  });

  it('lets go of a peer that starts over, and hands its offer and what follows to the new one', async () => {
    const { server, lobby, peers } = await inLobby();
    const left: string[] = [];
    lobby.on('peer-left', (_peer, reason) => left.push(reason));
    server.hear({ type: 'peer-updated', room: 'lobby', peer: 'p.ben', meta: 'news' });
    peers[0]!.endedBy = 'the far end';
    const offer = { description: { type: 'offer', sdp: 'v=0' } };
    const saysBen = { type: 'signal', room: 'lobby', from: 'p.ben', fromInstance: 'i.ben' };
    // The second waits for the first, and both come in one packet with it.
    server.hear({ ...saysBen, candidate: null, seq: 2, ack: 0 });
    server.hear({ ...saysBen, ...offer, seq: 1, ack: 0 });
    await settled();

    expect(left).toEqual(['replaced']);
    expect(peers.map(({ received }) => received)).toEqual([[], [offer, { candidate: null }]]);
    expect([...lobby.peers.values()]).toEqual([peers[1]]);
    expect(peers[1]).toMatchObject({ instance: 'i.ben', isPolite: true, meta: 'news' });
  });

  it('is entered again with what the server took of us, and not with what it refused', async () => {
    const { server, lobby } = await inLobby();
    server.answers.update = ({ meta }) => {
      if (meta === 'refused') throw new ParleyError('bad-message');
      return { type: 'updated' };
    };
    await lobby.update('taken');
    await expect(lobby.update('refused')).rejects.toMatchObject({ code: 'bad-message' });
    server.forget();

    expect(server.said.at(-1)).toEqual({ type: 'join', room: 'lobby', meta: 'taken' });
  });

  it('that is left when somebody is lost is not entered again', async () => {
    const { server, lobby } = await inLobby();
    lobby.on('peer-left', () => void lobby.leave());
    server.forget();

    expect(server.said.map(({ type }) => type)).toEqual(['join', 'leave']);
  });

  it('that is being left is not taken for a match', async () => {
    const { guest, server, lobby } = await inLobby();
    server.answers.match = () => ({ type: 'waiting' });
    server.answers.leave = () => new Promise(() => {});
    let found = 'none';
    void guest.match('chess').then(({ code }) => (found = code));
    await settled();
    void lobby.leave();
    server.welcome({ resumed: true, rooms: [{ room: 'lobby', capacity: 2, peers: [] }] });
    await settled();

    expect(found).toBe('none');
    expect(server.said.filter(({ type }) => type === 'leave')).toHaveLength(1);
  });
});

it('waiting for a seat while the last one is given up can be aborted, and asked for anew', async () => {
  const { guest, server, lobby } = await inLobby();
  let gone = () => {};
  server.answers.leave = () => new Promise<void>((resolve) => (gone = resolve));
  const leaving = lobby.leave();
  const abort = new AbortController();
  const aborted = guest.join('lobby', { signal: abort.signal });
  abort.abort(new Error('changed my mind'));
  await expect(aborted).rejects.toThrow('changed my mind');
  gone();
  await leaving;
  await expect(guest.join('lobby')).resolves.toMatchObject({ isOpen: true });
});

it('a damaged invitation is refused here, and no part of its key leaves', async () => {
  const { guest, server } = await opened();

  await expect(guest.join(`k7qm-2xra.${'q'.repeat(42)}`)).rejects.toMatchObject({ code: 'room-not-found' });
  expect(server.said).toEqual([]);
});

it('a room that is joined again with its key is sealed towards those who were met without it', async () => {
  const { guest, server } = await opened();
  const bare = await guest.join('K7QM-2XRA');
  await bare.leave();
  const sealed = await guest.join(`K7QM-2XRA.${'q'.repeat(43)}`);
  sealed.peers.get('p.ben')!.signal('a secret');
  await expect.poll(() => server.signals.length).toBe(1);

  expect(server.signals).toEqual([expect.objectContaining({ custom: { sealed: expect.anything() } })]);
});

it('a full room says no more at once than the server takes, and goes on at its pace', async () => {
  const { guest, server } = await opened({
    limits: { maxMessageBytes: 65_536, signalBurst: 50, signalsPerSecond: 1 },
  });
  const others = Array.from({ length: 63 }, (_, nth) => ({ ...BEN, peer: `p.${nth}` }));
  server.answers.join = (message) => ({ ...answered(message), capacity: 64, peers: others });
  const room = await guest.join('full');
  for (const peer of room.peers.values()) for (let word = 0; word < 5; word++) peer.signal(word);
  await settled();

  expect(server.signals).toHaveLength(50);
  guest.close();
});

it('what the server refuses for haste holds up all that is said on the line', async () => {
  const { guest, server } = await opened();
  const [here, there] = [await guest.join('here'), await guest.join('there')];
  server.receipt = { type: 'error', code: 'rate-limited', retryAfterMs: 60_000 };
  here.peers.get('p.ben')!.signal('refused');
  await settled();
  there.peers.get('p.ben')!.signal('held');

  expect(server.signals.map(({ room }) => room)).toEqual(['here']);
  guest.close();
});

interface Lobby extends Opened {
  readonly lobby: Awaited<ReturnType<Opened['guest']['join']>>;
}

interface Opened {
  readonly guest: Parley<Stander>;
  readonly server: Server;
  /** Everybody that was ever met, in order. */
  readonly peers: Stander[];
}

async function inLobby(): Promise<Lobby> {
  const here = await opened();
  return { ...here, lobby: await here.guest.join('lobby') };
}

async function opened(welcome: object = {}): Promise<Opened> {
  const server = new Server();
  const peers: Stander[] = [];
  const openLine = async (_url: string, _options: object, events: LineEvents) => {
    server.events = events;
    server.welcome(welcome);
    return server as unknown as Line;
  };
  const makePeer = (wire: PeerWire) => {
    const peer = new Stander(wire);
    peers.push(peer);
    return peer;
  };
  return { guest: await openParley('ws://localhost', {}, openLine, makePeer), server, peers };
}

type Asked = { type: string; room?: string; meta?: unknown };

/** The line, and what is behind it. */
class Server {
  events!: LineEvents;
  state = 'open';
  readonly said: Asked[] = [];
  readonly signals: OutgoingSignal[] = [];
  receipt: Receipt = { type: 'delivered' };
  readonly answers: Record<string, (message: Asked) => unknown> = {
    join: answered,
    leave: () => ({ type: 'left' }),
  };

  async request(message: Asked): Promise<unknown> {
    this.said.push(message);
    return this.answers[message.type]?.(message);
  }

  async signal(message: OutgoingSignal): Promise<Receipt> {
    this.signals.push(message);
    return this.receipt;
  }

  acknowledge(): void {}

  close(): void {
    this.state = 'closed';
    this.events.changed({ state: 'closed', reason: 'closed', willReturn: false });
  }

  welcome(more: object = {}): void {
    const who = { type: 'welcome', peer: 'p.me', instance: 'i.me', resumed: false };
    this.events.welcomed({ ...who, limits: {}, features: [], iceServers: [], ...more } as unknown as Welcome);
  }

  /** It knows nothing of us any more. */
  forget(): void {
    this.welcome({ instance: 'i.me-again' });
  }

  hear(message: object): void {
    this.events.hear(message as Outgoing);
  }
}

/** All that is promised for now has come. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
