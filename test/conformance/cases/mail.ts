import { MAIL, type Outgoing } from '@parley/protocol/plain';
import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';

/** What becomes of signals to a peer that is away. */
export const mail: readonly Case[] = [
  {
    name: 'mail: a signal to who is away is kept, for as long as the peer may be away',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const { forMs } = await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'kept');
      const { resumeForMs = 0 } = b.welcome;
      assert(forMs > 0 && forMs <= resumeForMs, `forMs is ${forMs} of ${resumeForMs}`);
      a.send({ type: 'signal', room, to: b.peer, custom: 'without an id' });
      await a.request({ type: 'signal', room, to: b.peer, custom: 3 }, 'kept');
      assertEqual(a.unasked(), [], 'answers to what had no id');
    },
  },
  {
    name: 'mail: comes behind welcome, as it was sent and in order, and once',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const sent = [{ custom: { n: 1 }, seq: 1 }, { candidate: null, seq: 2 }, { ack: 3 }];
      for (const said of sent) await a.request({ type: 'signal', room, to: b.peer, ...said }, 'kept');
      const again = await t.resume(b);
      const { peer: from, instance: fromInstance } = a.welcome;
      for (const said of sent)
        assertEqual(
          await again.next('signal'),
          { type: 'signal', room, from, fromInstance, ...said },
          'signal',
        );
      await again.settle();
      assertEqual(again.unasked(), [], 'what else came');
      await again.drop();
      await a.next('peer-away');
      const third = await t.resume(again);
      await third.settle();
      assertEqual(third.unasked(), [], 'what came the next time');
    },
  },
  {
    name: 'mail: comes before anything newer, while the sender goes on',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      for (const seq of numbers(0, 10))
        await a.request({ type: 'signal', room, to: b.peer, seq, custom: 0 }, 'kept');
      const later = numbers(10, 50);
      const coming = t.resume(b);
      for (const seq of later) {
        a.send({ type: 'signal', id: seq, room, to: b.peer, seq, custom: 0 });
        if (seq % 5 === 0) await a.settle();
      }
      const again = await coming;
      for (const answer of await Promise.all(later.map((seq) => a.answer(seq))))
        assert(['kept', 'delivered'].includes(answer.type), `answered ${JSON.stringify(answer)}`);
      assertEqual(await seqsOf(again, 50), numbers(0, 50), 'order');
      await again.settle();
      assertEqual(again.unasked('signal'), [], 'signals beside them');
    },
  },
  {
    name: 'mail: while somebody drops out and comes back each signal has one answer, and what is kept is not lost',
    async run(t) {
      const { room, a, b } = await t.pair();
      const all = numbers(0, 60);
      const dropping = b.drop();
      for (const seq of all) {
        a.send({ type: 'signal', id: seq, room, to: b.peer, seq, custom: 0 });
        if (seq % 10 === 0) await a.settle();
      }
      await dropping;
      const again = await t.resume(b);
      const answers = await Promise.all(all.map((seq) => a.answer(seq)));
      await a.request({ type: 'signal', room, to: b.peer, seq: 60, custom: 0 }, 'delivered');
      const heard: number[] = [];
      while (heard.at(-1) !== 60) heard.push((await again.next('signal')).seq ?? -1);
      assertEqual(
        heard,
        heard.toSorted((one, other) => one - other),
        'order',
      );
      assertEqual(heard.length, new Set(heard).size, 'each once');
      for (const [seq, answer] of answers.entries()) assertTrue(answer, heard.includes(seq));
    },
  },
  {
    name: 'mail: handed to a session that never says a word it is handed out again, and says so',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      for (const seq of [0, 1]) await a.request({ type: 'signal', room, to: b.peer, seq, custom: 0 }, 'kept');
      let last = b;
      for (const mailed of [undefined, 1, 2]) {
        last = await t.resume(last);
        for (const seq of [0, 1]) assertMembers(await last.next('signal'), { seq, mailed }, 'signal');
        if (mailed !== 2) {
          await last.drop();
          await a.next('peer-away');
        }
      }
      await last.settle();
      await last.drop();
      await a.next('peer-away');
      const again = await t.resume(last);
      await again.settle();
      assertEqual(again.unasked(), [], 'what came once it had said a word');
    },
  },
  {
    name: 'mail: of a sender who has left the room meanwhile is dropped, of one who is away it is not',
    async run(t) {
      const { room, a, b } = await t.pair();
      const c = await t.connect();
      await c.request({ type: 'join', room }, 'joined');
      await b.drop();
      await Promise.all([a, c].map((client) => client.next('peer-away')));
      for (const client of [a, c])
        await client.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'kept');
      await a.request({ type: 'leave', room }, 'left');
      await c.next('peer-left');
      await c.drop();
      const again = await t.resume(b);
      assertEqual((await again.next('signal')).from, c.peer, 'whose signal came');
      await again.settle();
      assertEqual(again.unasked('signal'), [], 'signals beside it');
    },
  },
  {
    name: `mail: of more than ${MAIL.maxSignals} signals the rest is answered mail-full`,
    async run(t) {
      const { room, a, b } = await t.halfPair();
      for (const seq of numbers(0, MAIL.maxSignals))
        await a.request({ type: 'signal', room, to: b.peer, seq, custom: 0 }, 'kept');
      const full = await a.request({ type: 'signal', room, to: b.peer, custom: 0 }, 'error');
      assertMembers(full, { code: 'mail-full', room, to: b.peer }, 'error');
      const again = await t.resume(b);
      assertEqual(await seqsOf(again, MAIL.maxSignals), numbers(0, MAIL.maxSignals), 'order');
      await again.settle();
      assertEqual(again.unasked('signal'), [], 'signals beside them');
      await a.request({ type: 'signal', room, to: b.peer, custom: 0 }, 'delivered');
    },
  },
  {
    name: 'mail: is full by its bytes, too',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const custom = 'x'.repeat(MAIL.maxBytes / 4 - 4_096);
      for (const seq of numbers(0, 4))
        await a.request({ type: 'signal', room, to: b.peer, seq, custom }, 'kept');
      const full = await a.request({ type: 'signal', room, to: b.peer, custom }, 'error');
      assertEqual(full.code, 'mail-full', 'code');
      assertEqual(await seqsOf(await t.resume(b), 4), numbers(0, 4), 'order');
    },
  },
  {
    name: 'mail: toInstance of another life of who is away is peer-unreachable',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const signal = { type: 'signal', room, to: b.peer, custom: 1 };
      const refused = await a.request({ ...signal, toInstance: 'an-earlier-life' }, 'error');
      assertEqual(refused.code, 'peer-unreachable', 'code');
      await a.request({ ...signal, toInstance: b.welcome.instance }, 'kept');
      const again = await t.resume(b);
      await again.next('signal');
      await again.settle();
      assertEqual(again.unasked('signal'), [], 'signals beside the one');
    },
  },
];

const numbers = (from: number, below: number): number[] =>
  Array.from({ length: below - from }, (_, index) => from + index);

async function seqsOf(client: Client, count: number): Promise<(number | undefined)[]> {
  const seqs: (number | undefined)[] = [];
  while (seqs.length < count) seqs.push((await client.next('signal')).seq);
  return seqs;
}

/** What these say is certain. Of other errors nobody knows what became of the signal. */
const NOT_DELIVERED: ReadonlySet<string> = new Set(['peer-unreachable', 'mail-full']);

/** The answer to a signal says the truth. What was written to a socket that was closing may be lost, and only that. */
function assertTrue(answer: Outgoing, hasArrived: boolean): void {
  if (answer.type === 'kept') assert(hasArrived, 'what was kept arrives');
  else if (answer.type === 'error')
    assert(
      !(hasArrived && NOT_DELIVERED.has(answer.code)),
      `what was answered ${answer.code} does not arrive`,
    );
  else assertEqual(answer.type, 'delivered', 'the answer');
}
