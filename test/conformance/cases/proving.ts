import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';
import type { Harness } from '../harness.ts';
import { ANYTHING } from './samples.ts';

/** Which proof of an earlier session is good, and for whom; and that one that is not does no harm. */
export const proving: readonly Case[] = [
  {
    name: 'proof: the one before is good until the new session was heard, and then no more',
    async run(t) {
      const { a, b } = await t.halfPair();
      const unheard = await t.resume(b);
      await unheard.drop();
      await isAwayAgain(a);
      const heard = await t.resume(b);
      assertEqual(heard.welcome.resumed, true, 'resumed with the proof before the last');
      await heard.settle();
      await heard.drop();
      await isAwayAgain(a);
      await assertStranger(await t.resume(b), b);
      await assertStranger(await t.resume(unheard), b);
      assertEqual((await t.resume(heard)).welcome.resumed, true, 'resumed with the last proof');
    },
  },
  {
    name: 'proof: the newest one is good though its session was never heard',
    async run(t) {
      const { a, b } = await t.halfPair();
      const unheard = await t.resume(b);
      await unheard.drop();
      await isAwayAgain(a);
      const again = await t.resume(unheard);
      assertMembers(again.welcome, { resumed: true, peer: b.peer }, 'welcome');
    },
  },
  {
    name: 'proof: one that is none begins a new session, as if it had not been shown',
    async run(t) {
      const { room, a, b } = await t.pair();
      const forged = changedAtItsEnd(b.proof);
      for (const resume of ['x', '-.-', 'a'.repeat(300), b.proof.slice(1), `${b.proof}0`, forged])
        await assertStranger(await t.connect({ resume }), b);
      await assertStranger(await t.connect({ restart: forged }), b);
      await assertStranger(await t.connect({ query: { resume: forged } }), b);
      await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'delivered');
      await b.next('signal');
      assertEqual([...a.unasked(), ...b.unasked()], [], 'what those heard whom it did not concern');
    },
  },
  {
    name: 'proof: after bye there is nothing to come back to',
    async run(t) {
      const { b } = await t.pair();
      b.send({ type: 'bye' });
      await b.closed;
      await assertStranger(await t.resume(b), b);
      await assertStranger(await t.restart(b), b);
    },
  },
  {
    name: 'proof: after a close 1000 there is nothing to come back to',
    async run(t) {
      const { b } = await t.pair();
      await b.close(1000);
      await assertStranger(await t.resume(b), b);
    },
  },
  {
    name: 'proof: is good for the same user and realm only, and with a newer token, too',
    needs: ['mint'],
    async run(t) {
      const ada = { sub: 'ada', realm: 'north', ...ANYTHING };
      const a = await t.connectAs(ada);
      await a.drop();
      for (const claims of [
        { ...ada, sub: 'eve' },
        { ...ada, realm: 'south' },
        { ...ada, peer: t.name('peer') },
      ])
        await assertStranger(await comeBackAs(t, claims, a), a);
      const again = await comeBackAs(t, ada, a);
      const { peer, instance } = a.welcome;
      assertMembers(again.welcome, { resumed: true, peer, instance, user: 'ada', realm: 'north' }, 'welcome');
    },
  },
  {
    name: 'proof: of somebody with a token is not good without one, nor the other way round',
    needs: ['mint', 'token'],
    async run(t) {
      const named = await t.connectAs({ sub: 'ada', ...ANYTHING });
      const nameless = await t.connect();
      for (const client of [named, nameless]) await client.drop();
      await assertStranger(await t.connect({ resume: named.proof }), named);
      await assertStranger(await comeBackAs(t, { sub: 'ada' }, nameless), nameless);
      assertEqual((await t.resume(nameless)).peer, nameless.peer, 'who came back without a token');
    },
  },
  {
    name: 'proof: brings the rights of the token that is shown with it',
    needs: ['mint'],
    async run(t) {
      const [first, second] = [t.name('room'), t.name('room')];
      const a = await t.connectAs({ sub: 'ada', rooms: [first] });
      await a.request({ type: 'join', room: first }, 'joined');
      await a.drop();
      const again = await comeBackAs(t, { sub: 'ada', rooms: [second] }, a);
      await again.request({ type: 'join', room: second }, 'joined');
    },
  },
];

/** It has drawn nothing from the proof, and is welcome all the same. */
async function assertStranger(client: Client, former: Client): Promise<void> {
  assertMembers(client.welcome, { resumed: false, rooms: undefined }, 'welcome');
  assert(client.peer !== former.peer, 'it is another peer');
  assert(client.welcome.instance !== former.welcome.instance, 'it is another instance');
  await client.settle();
}

/** Of the one who shares a room with `witness`: it was back, and is away once more. */
async function isAwayAgain(witness: Client): Promise<void> {
  await witness.next('peer-back');
  await witness.next('peer-away');
}

const comeBackAs = async (t: Harness, claims: object, { proof }: Client): Promise<Client> =>
  t.connect({ token: await t.mint(claims), resume: proof });

const changedAtItsEnd = (proof: string): string => proof.slice(0, -1) + (proof.endsWith('0') ? '1' : '0');
