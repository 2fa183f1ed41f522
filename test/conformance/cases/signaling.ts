import type { Json } from '@parley/protocol/plain';
import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';
import { CANDIDATE, OFFER, SDP } from './samples.ts';

/** What peers say to each other, and how a node passes it on. */
export const signaling: readonly Case[] = [
  {
    name: 'signal: each kind of description arrives as it was sent, from who sent it',
    async run(t) {
      const { room, a, b } = await t.pair();
      for (const type of ['offer', 'answer', 'pranswer']) {
        const description = { type, sdp: SDP };
        await a.request({ type: 'signal', room, to: b.peer, description }, 'delivered');
        const signal = await b.next('signal');
        const { peer: from, instance: fromInstance } = a.welcome;
        assertEqual(signal, { type: 'signal', room, from, fromInstance, description }, 'signal');
      }
    },
  },
  {
    name: 'signal: a candidate arrives as it was sent, and null is the last one',
    async run(t) {
      const { room, a, b } = await t.pair();
      for (const candidate of [CANDIDATE, { candidate: '', sdpMid: '0', sdpMLineIndex: 0 }, null]) {
        await a.request({ type: 'signal', room, to: b.peer, candidate }, 'delivered');
        assertMembers(await b.next('signal'), { candidate, description: undefined }, 'signal');
      }
    },
  },
  {
    name: 'signal: members of the W3C that the protocol does not name are dropped',
    async run(t) {
      const { room, a, b } = await t.pair();
      const description = { ...OFFER, toJSON: 'no', future: { nested: [1] } };
      await a.request({ type: 'signal', room, to: b.peer, description }, 'delivered');
      assertEqual((await b.next('signal')).description, OFFER, 'description');
      const candidate = { ...CANDIDATE, foundation: '1', priority: 2, address: null };
      await a.request({ type: 'signal', room, to: b.peer, candidate }, 'delivered');
      assertEqual((await b.next('signal')).candidate, CANDIDATE, 'candidate');
    },
  },
  {
    name: 'signal: custom is any JSON, and is not looked into',
    async run(t) {
      const { room, a, b } = await t.pair();
      const anything: readonly Json[] = [
        null,
        false,
        0,
        '',
        [],
        { type: 'signal', from: 'somebody else' },
        [[[{ deep: [[[true]]] }]]],
        { __proto__x: 1, constructor: 2, '': 3 },
        'ß ☃ 🎺 \u2028 \u0000',
        '\ud800 and \udfff, halves of nothing',
      ];
      for (const custom of anything) {
        await a.request({ type: 'signal', room, to: b.peer, custom }, 'delivered');
        const signal = await b.next('signal');
        assert('custom' in signal, 'custom is there');
        assertEqual(signal.custom, custom, 'custom');
      }
    },
  },
  {
    name: 'signal: the text of a payload is passed on as it was written',
    async run(t) {
      const { room, a, b } = await t.pair();
      const text = String.raw`{"z":1.0,"a":12345678901234567890,"e":1E2,"u":"\u0041\/","z2":{"10":1,"9":2}}`;
      a.send(`{"custom":${text},"to":"${b.peer}","room":"${room}","type":"signal"}`);
      await b.next('signal');
      assert(b.frames.at(-1)?.includes(text), `the text came as ${b.frames.at(-1)}`);
    },
  },
  {
    name: 'signal: seq and ack are passed on unread, and an ack may come alone',
    async run(t) {
      const { room, a, b } = await t.pair();
      const counters = [
        { custom: 1, seq: 0 },
        { custom: 1, seq: Number.MAX_SAFE_INTEGER, ack: 3 },
        { candidate: null, ack: 2 },
        { ack: 0 },
      ];
      for (const said of counters) {
        await a.request({ type: 'signal', room, to: b.peer, ...said }, 'delivered');
        const {
          type: _type,
          room: _room,
          from: _from,
          fromInstance: _instance,
          ...rest
        } = await b.next('signal');
        assertEqual(rest, said, 'what was passed on');
      }
    },
  },
  {
    name: 'signal: without an id it is answered by nothing',
    async run(t) {
      const { room, a, b } = await t.pair();
      a.send({ type: 'signal', room, to: b.peer, custom: 1 });
      await b.next('signal');
      await a.settle();
      assertEqual(a.unasked(), [], 'what came back');
    },
  },
  {
    name: 'signal: goes to the one it is addressed to and nobody else',
    async run(t) {
      const { room, a, b } = await t.pair();
      const c = await t.connect();
      await c.request({ type: 'join', room }, 'joined');
      await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'delivered');
      await Promise.all([b.next('signal'), c.settle()]);
      assertEqual(c.unasked('signal'), [], 'signals to a third');
      assertEqual(a.unasked('signal'), [], 'signals to the sender');
    },
  },
  {
    name: 'signal: toInstance reaches this life of the peer and no other',
    async run(t) {
      const { room, a, b } = await t.pair();
      const signal = { type: 'signal', room, to: b.peer, custom: 1 };
      await a.request({ ...signal, toInstance: b.welcome.instance }, 'delivered');
      const refused = await a.request({ ...signal, toInstance: 'an-earlier-life' }, 'error');
      assertEqual(refused.code, 'peer-unreachable', 'code');
      await b.next('signal');
      await b.settle();
      assertEqual(b.unasked('signal'), [], 'signals beside the one');
    },
  },
  {
    name: 'signal: 200 of one sender arrive in order',
    async run(t) {
      const { room, a, b } = await t.pair();
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      for (const seq of numbers) a.send({ type: 'signal', room, to: b.peer, custom: 'x'.repeat(seq), seq });
      const seqs: (number | undefined)[] = [];
      for (const _ of numbers) seqs.push((await b.next('signal')).seq);
      assertEqual(seqs, numbers, 'order');
    },
  },
  {
    name: 'signal: 100 each way at the same time arrive in order, and each is answered',
    async run(t) {
      const { room, a, b } = await t.pair();
      const ids = Array.from({ length: 100 }, (_, index) => index);
      const exchange = async (from: Client, to: Client) => {
        for (const id of ids) from.send({ type: 'signal', id, room, to: to.peer, custom: id });
        const answers = await Promise.all(ids.map((id) => from.answer(id)));
        assert(
          answers.every(({ type }) => type === 'delivered'),
          'each is delivered',
        );
        const heard: unknown[] = [];
        for (const _ of ids) heard.push((await to.next('signal')).custom);
        assertEqual(heard, ids, 'order');
      };
      await Promise.all([exchange(a, b), exchange(b, a)]);
    },
  },
  {
    name: 'signal: without a seat of one’s own it is not-in-room',
    async run(t) {
      const { room, a } = await t.pair();
      const c = await t.connect();
      for (const where of [room, t.name('nowhere')]) {
        const signal = { type: 'signal', room: where, to: a.peer, custom: 1 };
        const refused = await c.request(signal, 'error');
        assertMembers(refused, { code: 'not-in-room', room: where, to: a.peer }, 'error');
      }
      await a.settle();
      assertEqual(a.unasked('signal'), [], 'what arrived');
    },
  },
  {
    name: 'signal: to who is not in the room it is peer-unreachable, wherever they are',
    async run(t) {
      const { room, a } = await t.pair();
      const c = await t.connect();
      for (const to of [c.peer, 'nobody-at-all']) {
        const refused = await a.request({ type: 'signal', room, to, custom: 1 }, 'error');
        assertMembers(refused, { code: 'peer-unreachable', room, to }, 'error');
      }
      await c.settle();
      assertEqual(c.unasked(), [], 'what arrived');
    },
  },
  {
    name: 'signal: an error without re says by room and to which signal it was',
    async run(t) {
      const { room, a } = await t.pair();
      a.send({ type: 'signal', room, to: 'nobody-at-all', custom: 1 });
      const expected = { code: 'peer-unreachable', re: undefined, room, to: 'nobody-at-all' };
      assertMembers(await a.next('error'), expected, 'error');
    },
  },
  {
    name: 'signal: to who has gone it is peer-unreachable',
    async run(t) {
      const { room, a, b } = await t.pair();
      await b.close();
      await a.next('peer-left');
      const refused = await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'error');
      assertEqual(refused.code, 'peer-unreachable', 'code');
    },
  },
];
