import type { Realm } from '@parley/protocol';
import { MemoryBus, MemoryLimiter } from '../memory/index.ts';
import { ParleyNode } from '../node.ts';
import type { NodeOptions } from '../options.ts';
import type {
  BanTable,
  Directory,
  NodeTable,
  PeerDirectory,
  QueueDirectory,
  RoomDirectory,
} from '../ports/directory.ts';
import type { IceServers } from '../ports/ice.ts';
import type { Limiter } from '../ports/limiter.ts';
import type { Identity, TokenVerifier, Verdict } from '../ports/verifier.ts';
import { FakeSocket } from './fake-socket.ts';
import { Gate } from './gate.ts';
import { noIce, plainNames, QuietLog, quietMetrics } from './quiet.ts';
import { optionsOf, requestOf } from './samples.ts';
import { World } from './world.ts';

/** Whole nodes in one world, and clients without a network. */
export class Cluster {
  readonly world = new World();

  /** A node that has learnt of the others. */
  async node(name: string, more: Partial<NodeOptions> = {}): Promise<TestNode> {
    const node = new TestNode(this.world, optionsOf(name, more));
    await node.node.start();
    await this.world.clock.advance(2_000);
    return node;
  }
}

export class TestNode {
  readonly node: ParleyNode;
  readonly log = new QuietLog();
  /** Between this node and the directory. */
  readonly gate = new Gate();
  /** Between this node and the limiter. */
  readonly limits = new Gate();
  /** Between this node and the verifier of tokens. */
  readonly tokens = new Gate();
  readonly bus: MemoryBus;
  /** What it tells of ICE servers. */
  ice: IceServers = noIce;
  readonly #world: World;

  constructor(world: World, options: NodeOptions) {
    const { clock, random, network, directory } = world;
    const { gate, limits, tokens, log } = this;
    this.#world = world;
    this.bus = new MemoryBus({ network, node: options.node, clock });
    const gated: Directory = {
      nodes: gate.over<NodeTable>(directory.nodes),
      peers: gate.over<PeerDirectory>(directory.peers),
      rooms: gate.over<RoomDirectory>(directory.rooms),
      queues: gate.over<QueueDirectory>(directory.queues),
      bans: gate.over<BanTable>(directory.bans),
    };
    this.node = new ParleyNode(options, {
      clock,
      random,
      log,
      metrics: quietMetrics,
      directory: gated,
      bus: this.bus,
      limiter: limits.over<Limiter>(new MemoryLimiter({ clock })),
      pseudonyms: plainNames,
      verifier: tokens.over<TokenVerifier>(verifier),
      ice: { serversFor: (peer) => this.ice.serversFor(peer) },
    });
  }

  /** A client whose token is its peer id. Not yet welcome. */
  async open(peer: string, query = ''): Promise<FakeSocket> {
    const socket = new FakeSocket();
    const admission = await this.node.upgrade(requestOf({ authorization: `Bearer ${peer}` }, { query }));
    if (!admission.ok) throw new Error(`refused: ${admission.answer.status}`);
    socket.listener = admission.open(socket);
    return socket;
  }

  /** Runs what is due now. */
  flush(): Promise<void> {
    return this.#world.clock.flush();
  }

  /** A client that is welcome. */
  async connect(peer: string): Promise<FakeSocket> {
    const socket = await this.open(peer);
    await this.#world.clock.flush();
    return socket;
  }
}

/** What stands before a `~` in the token is the peer id; `!` is malformed, `expired...` is refused, for `keyless...` there are no keys. */
export const verifier: TokenVerifier = {
  async verify(token): Promise<Verdict> {
    if (token === undefined || token === '' || token.includes('!')) return { ok: false, kind: 'malformed' };
    if (token.startsWith('expired')) return { ok: false, kind: 'refused', close: 'token-expired' };
    if (token.startsWith('keyless')) return { ok: false, kind: 'unavailable', retryAfterMs: 1_500 };
    return { ok: true, identity: identityOf(token) };
  },
};

/** `short-...` is good for a minute, `nobody-...` may do nothing, `guest-...` is no peer in particular; see also {@link RIGHTS}. */
function identityOf(token: string): Identity {
  const all = token.startsWith('nobody') ? [] : ['*'];
  const [name, rights = ''] = token.split('~');
  return {
    realm: 'main' as Realm,
    ...(!token.startsWith('guest') && { peer: name as NonNullable<Identity['peer']> }),
    rooms: all,
    queues: all,
    codes: all.length > 0,
    ...(token.startsWith('short') && { expiresInMs: 60_000 }),
    ...RIGHTS[rights],
  };
}

/** What a token allows that ends in `~` and one of these; the others allow everything. */
const RIGHTS: Readonly<Record<string, Pick<Identity, 'rooms' | 'codes'>>> = {
  'hall-only': { rooms: ['hall'], codes: false },
  'codes-only': { rooms: [], codes: true },
};
