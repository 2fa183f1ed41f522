import { describe, expect, it } from 'vitest';
import type { InstanceId, NodeId, PeerId, RoomId, SessionId } from '@parley/protocol';
import type { Envelope } from '../envelope.ts';
import { peerKey } from '../keys.ts';
import type { Bus, BusListener, Inbox } from '../ports/bus.ts';
import { claimOf, fenceAt, NODE_1, NODE_2, NODE_3, PAIRS, REALM, ROOM } from './samples.ts';
import { eventually, fresh, type Subject } from './subject.ts';

/** Some nodes' buses that reach each other. */
export interface BusSubject extends Subject {
  /** A bus that has not been started. The suite stops it; `close` may do so again. */
  open(node: NodeId): Bus | Promise<Bus>;
}

export type MakeBuses = () => Promise<BusSubject>;

/** Everything that a {@link Bus} promises. */
export function busContract(name: string, make: MakeBuses): void {
  describe(`bus: ${name}`, () => {
    const at = fresh(make);

    it('brings an envelope to the inbox it was sent to, and says who sent it', async () => {
      const [one, two, three] = [await listen(NODE_1), await listen(NODE_2), await listen(NODE_3)];
      one.bus.send(two.bus.inbox, probe('hello'));
      await eventually(at(), () => two.envelopes.length > 0);

      expect(two.batches).toEqual([{ from: NODE_1, envelopes: [probe('hello')] }]);
      expect(one.batches).toEqual([]);
      expect(three.batches).toEqual([]);
    });

    it.each(samples)('brings an envelope of kind $kind as it was', async (envelope) => {
      const [one, two] = [await listen(NODE_1), await listen(NODE_2)];
      one.bus.send(two.bus.inbox, envelope);
      await eventually(at(), () => two.envelopes.length > 0);

      expect(two.envelopes.map(asText)).toEqual([asText(envelope)]);
    });

    it('hands over nothing within the turn that sends it', async () => {
      const one = await listen(NODE_1);
      one.bus.send(one.bus.inbox, probe('later'));

      expect(one.envelopes).toEqual([]);
      await eventually(at(), () => one.envelopes.length > 0);
    });

    it('sends what one turn has for one inbox together and in order', async () => {
      const [one, two, three] = [await listen(NODE_1), await listen(NODE_2), await listen(NODE_3)];
      for (const n of [1, 2, 3, 4]) {
        one.bus.send(two.bus.inbox, probe(`two-${n}`));
        one.bus.send(three.bus.inbox, probe(`three-${n}`));
      }
      await eventually(at(), () => two.envelopes.length === 4 && three.envelopes.length === 4);

      expect(two.batches).toEqual([{ from: NODE_1, envelopes: [1, 2, 3, 4].map((n) => probe(`two-${n}`)) }]);
      expect(three.batches).toEqual([
        { from: NODE_1, envelopes: [1, 2, 3, 4].map((n) => probe(`three-${n}`)) },
      ]);
    });

    it('does not take the turn for over when a promise was awaited', async () => {
      const [one, two] = [await listen(NODE_1), await listen(NODE_2)];
      one.bus.send(two.bus.inbox, probe('before'));
      await Promise.resolve();
      one.bus.send(two.bus.inbox, probe('after'));
      await eventually(at(), () => two.envelopes.length === 2);

      expect(two.batches).toEqual([{ from: NODE_1, envelopes: [probe('before'), probe('after')] }]);
    });

    it('keeps the order from one node to another over many turns, in both directions at once', async () => {
      const [one, two, three] = [await listen(NODE_1), await listen(NODE_2), await listen(NODE_3)];
      const turns = 40;
      for (let turn = 0; turn < turns; turn += 1) {
        for (const part of ['a', 'b', 'c']) {
          one.bus.send(two.bus.inbox, probe(`one-${turn}-${part}`));
          two.bus.send(one.bus.inbox, probe(`two-${turn}-${part}`));
          three.bus.send(two.bus.inbox, probe(`three-${turn}-${part}`));
        }
        await at().advance(1);
      }
      await eventually(at(), () => two.envelopes.length === 6 * turns && one.envelopes.length === 3 * turns);

      const sent = (by: string) =>
        Array.from({ length: turns }, (_, turn) =>
          ['a', 'b', 'c'].map((part) => `${by}-${turn}-${part}`),
        ).flat();
      expect(tokensFrom(one, NODE_2)).toEqual(sent('two'));
      expect(tokensFrom(two, NODE_1)).toEqual(sent('one'));
      expect(tokensFrom(two, NODE_3)).toEqual(sent('three'));
    });

    it('lets a node hear its own probe', async () => {
      const one = await listen(NODE_1);
      one.bus.send(one.bus.inbox, probe('do I hear?'));
      await eventually(at(), () => one.envelopes.length > 0);

      expect(one.batches).toEqual([{ from: NODE_1, envelopes: [probe('do I hear?')] }]);
    });

    it('hears again after it was rebuilt, in both directions', async () => {
      const [one, two] = [await listen(NODE_1), await listen(NODE_2)];
      two.bus.rebuild();
      await untilHeard(two);
      expect([one.resubscribed, two.resubscribed]).toEqual([0, 1]);
      two.envelopes.length = 0;

      one.bus.send(two.bus.inbox, probe('to the rebuilt'));
      two.bus.send(one.bus.inbox, probe('from the rebuilt'));
      await eventually(at(), () => two.envelopes.length > 0 && one.envelopes.length > 0);
      expect(two.envelopes.filter(({ token }) => token !== OWN).map(asText)).toEqual(
        [probe('to the rebuilt')].map(asText),
      );
      expect(one.envelopes.map(asText)).toEqual([probe('from the rebuilt')].map(asText));
    });

    it('can be rebuilt many times in a row', async () => {
      const one = await listen(NODE_1);
      for (let n = 1; n <= 5; n += 1) one.bus.rebuild();

      await untilHeard(one);
    });

    it('listens at first where its node is looked for before anything is known of it', async () => {
      const one = await listen(NODE_1);

      expect(one.bus.inbox).toBe(NODE_1);
    });

    it('is silent when what it sends is heard by nobody', async () => {
      const [one, two] = [await listen(NODE_1), await listen(NODE_2)];
      one.bus.send('nobody-listens-here' as Inbox, probe('lost'));
      one.bus.send(two.bus.inbox, probe('arrives'));
      await eventually(at(), () => two.envelopes.length > 0);

      expect(one.failed).toEqual([]);
      expect(one.envelopes).toEqual([]);
    });

    it('hears nothing after it was stopped, and stopping twice is harmless', async () => {
      const [one, two] = [await listen(NODE_1), await listen(NODE_2)];
      await two.bus.stop();
      await two.bus.stop();
      one.bus.send(two.bus.inbox, probe('too late'));
      two.bus.send(one.bus.inbox, probe('from the dead'));
      one.bus.send(one.bus.inbox, probe('alive'));
      await eventually(at(), () => one.envelopes.length > 0);
      await at().advance(50);

      expect(two.envelopes).toEqual([]);
      expect(one.envelopes).toEqual([probe('alive')]);
    });

    async function listen(node: NodeId) {
      const heard = ear(await at().open(node));
      await heard.bus.start(heard.listener);
      return heard;
    }

    /** As a node does it: probes until one comes back. */
    async function untilHeard(heard: Ear) {
      const before = heard.envelopes.length;
      await eventually(at(), () => {
        heard.bus.send(heard.bus.inbox, probe(OWN));
        return heard.envelopes.length > before;
      });
    }
  });
}

const OWN = 'own';

interface Ear {
  readonly bus: Bus;
  readonly listener: BusListener;
  readonly batches: { from: NodeId; envelopes: readonly Envelope[] }[];
  /** Of all batches. */
  readonly envelopes: (Envelope & { readonly token?: string })[];
  readonly failed: Envelope[];
  resubscribed: number;
}

/** A listener that writes down what it hears. */
function ear(bus: Bus): Ear {
  const heard: Ear = {
    bus,
    batches: [],
    envelopes: [],
    failed: [],
    resubscribed: 0,
    listener: {
      received(from, envelopes) {
        heard.batches.push({ from, envelopes });
        heard.envelopes.push(...envelopes);
      },
      resubscribed() {
        heard.resubscribed += 1;
      },
      failed(_to, envelopes) {
        heard.failed.push(...envelopes);
      },
    },
  };
  return heard;
}

function tokensFrom(heard: Ear, node: NodeId) {
  const envelopes = heard.batches.filter(({ from }) => from === node).flatMap((batch) => batch.envelopes);
  return envelopes.map((envelope) => (envelope.kind === 'probe' ? envelope.token : envelope.kind));
}

/** A signal's text may arrive as the bytes it was sent as. */
function asText(envelope: Envelope): Envelope {
  if (envelope.kind !== 'signal' || typeof envelope.text === 'string') return envelope;
  return { ...envelope, text: new TextDecoder().decode(envelope.text) };
}

const probe = (token: string): Envelope => ({ kind: 'probe', token });

const peer = (name: string) => name as PeerId;
const seat = {
  ...claimOf('ann', { meta: '{"name":"Ann \\u00e9 \u{1F44B}"}' }),
  node: NODE_1,
  joinedAt: 1_763_000_000_000_001,
};
const waiter = { ...claimOf('ann'), node: NODE_1, since: 1_763_000_000_000_001 };
const left = { kind: 'left', peer: peer('ann'), instance: 'instance-1' as InstanceId } as const;
const signal = {
  kind: 'signal',
  n: 1,
  sentAtMs: 1_763_000_000_000,
  room: ROOM,
  from: peer('ann'),
  fromSession: 'session-1' as SessionId,
  to: peer('bob'),
  toSession: 'session-2' as SessionId,
} as const;
const room = { kind: 'room', n: 3, sentAtMs: 1_763_000_000_000.25, room: ROOM, from: '', tag: 'b' } as const;

/** One of every kind, and of every shape that a kind has. */
const samples: Envelope[] = [
  { ...signal, text: '{"type":"signal","text":"v=0\\r\\nwith é, 👋 and \\u0000"}' },
  { ...signal, n: 2, text: new TextEncoder().encode('{"type":"signal","as":"bytes ✓"}') },
  { ...signal, n: 4_294_967_296, text: 'x'.repeat(70_000) },
  { ...room, event: { kind: 'joined', seat } },
  { ...room, from: 'a', event: { kind: 'changed' } },
  { ...room, from: 'a', event: { kind: 'updated', seat: { ...claimOf('ann'), node: NODE_1, joinedAt: 1 } } },
  ...(['left', 'lost', 'replaced', 'kicked'] as const).map((reason) => ({
    ...room,
    event: { ...left, reason },
  })),
  {
    kind: 'match',
    match: {
      id: 'm1',
      queue: PAIRS,
      room: 'r1' as RoomId,
      members: [waiter, { ...waiter, peer: peer('bob'), meta: '[]' }],
      confirmed: [peer('bob')],
      complete: false,
    },
  },
  { kind: 'kick', session: '~0123456789abcdef' },
  {
    kind: 'replaced',
    peer: peerKey(REALM, peer('ann')),
    session: 'session-1' as SessionId,
    by: fenceAt('ann', 2),
  },
  { kind: 'receipt', after: 3, upTo: 17, refused: [], open: [], settled: [] },
  {
    kind: 'receipt',
    after: 0,
    upTo: 4_294_967_299,
    refused: [
      [1, 1, 'gone'],
      [3, 9, 'missed'],
      [11, 12, 'stale'],
      [14, 14, 'dropped'],
    ],
    open: [16, 17],
    settled: [2, 10],
  },
  { kind: 'probe', token: 'te st' },
];
