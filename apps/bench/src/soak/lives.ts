import { setTimeout as pause } from 'node:timers/promises';

import { Chance } from '@parley/test/faults/support/chance.ts';
import type { RawClient } from '@parley/test/support/client.ts';

import { payloads } from '../load/payload.ts';
import type { Guest, Guests } from './guests.ts';

/** What a life is lived with. Whoever arrives by `welcome` is shown out when the life is over, however it ends. */
export interface Scene {
  readonly chance: Chance;
  readonly name: Guests['name'];
  welcome(): Promise<Guest>;
  welcomeBack(guest: Guest): Promise<Guest>;
}

/** A life of a pair; it throws when anything is not as PROTOCOL.md says. */
type Life = (scene: Scene) => Promise<void>;

/** Each kind of life, and how often it is lived among a hundred. */
export const LIVES = {
  talk: { percent: 50, live: talk },
  'come back': { percent: 15, live: comeBack },
  vanish: { percent: 10, live: vanish },
  code: { percent: 10, live: meetByCode },
  match: { percent: 15, live: match },
} as const satisfies Record<string, { percent: number; live: Life }>;

export type LifeName = keyof typeof LIVES;

/** Connect, join, offer, answer, candidates, leave. */
async function talk(scene: Scene): Promise<void> {
  const [host, guest, room] = await seated(scene);
  await introduce(room, guest, host);
  await linger(scene);
  await host.client.request({ type: 'leave', room }, 'left');
  await guest.client.next('peer-left');
  await Promise.all([host.client.close(), guest.client.close()]);
}

/** One loses its socket without a word, is written to meanwhile, and resumes somewhere. */
async function comeBack(scene: Scene): Promise<void> {
  const [host, guest, room] = await seated(scene);
  await introduce(room, guest, host);
  host.client.terminate();
  await guest.client.next('peer-away');
  const to = host.client.welcome.peer;
  await guest.client.request({ type: 'signal', room, to, custom: 'still here?' }, 'kept');
  await linger(scene);
  const { client } = await scene.welcomeBack(host);
  if (!client.welcome.resumed) throw new Error('came back as somebody new');
  await client.next('signal');
  await guest.client.next('peer-back');
  await Promise.all([client.close(), guest.client.close()]);
}

/** One loses its socket without a word and never comes back: its entries must lapse. */
async function vanish(scene: Scene): Promise<void> {
  const [host, guest, room] = await seated(scene);
  await introduce(room, guest, host);
  host.client.terminate();
  await guest.client.next('peer-away');
  await linger(scene);
  await guest.client.close();
}

/** A room that has no name but a minted code. */
async function meetByCode(scene: Scene): Promise<void> {
  const [host, guest] = [await scene.welcome(), await scene.welcome()];
  const { room } = await host.client.request({ type: 'join' }, 'joined');
  await guest.client.request({ type: 'join', room }, 'joined');
  await introduce(room, guest, host);
  await linger(scene);
  await Promise.all([host.client.close(), guest.client.close()]);
}

/** Both wait in a queue that everybody uses, so each may be matched with the other or with a stranger. */
async function match(scene: Scene): Promise<void> {
  const queue = scene.name('lonely');
  const meet = async ({ client }: Guest) => {
    await client.request({ type: 'match', queue, size: 16 }, 'waiting');
    await client.request({ type: 'unmatch', queue, size: 16 }, 'unmatched');
    await client.request({ type: 'match', queue: 'everybody' }, 'waiting');
    const { room, peers } = await client.next('joined');
    const [partner] = peers;
    if (!partner) throw new Error('matched with nobody');
    await client.request({ type: 'signal', room, to: partner.peer, custom: 'hello' }, 'delivered');
    await client.next('signal');
    await client.close();
  };
  const guests = [await scene.welcome(), await scene.welcome()];
  await Promise.all(guests.map(meet));
}

async function seated(scene: Scene): Promise<[host: Guest, guest: Guest, room: string]> {
  const [host, guest] = [await scene.welcome(), await scene.welcome()];
  const room = scene.name('room');
  await join(room, host, guest);
  return [host, guest, room];
}

/** One after the other: the later one is polite, and offers. */
export async function join(room: string, ...guests: readonly Guest[]): Promise<void> {
  for (const { client } of guests)
    await client.request({ type: 'join', room, capacity: 2, meta: { name: 'soak' } }, 'joined');
}

/** What every pair says: to a node it makes no difference. */
const SAID = payloads(new Chance(1));
const offer = { description: JSON.parse(SAID.offer) as object };
const answer = { description: JSON.parse(SAID.answer) as object };
const candidates = SAID.candidates.map((text) => ({ candidate: JSON.parse(text) as object }));

/** Offer and answer, then candidates both ways at once; each signal asks for its receipt. */
export async function introduce(room: string, offerer: Guest, answerer: Guest): Promise<void> {
  await tell(room, offerer.client, answerer.client, [offer]);
  await tell(room, answerer.client, offerer.client, [answer]);
  await Promise.all([
    tell(room, offerer.client, answerer.client, candidates),
    tell(room, answerer.client, offerer.client, candidates),
  ]);
}

async function tell(room: string, from: RawClient, to: RawClient, signals: readonly object[]): Promise<void> {
  const heard = signals.map(() => to.next('signal'));
  const told = signals.map((signal) =>
    from.request({ type: 'signal', room, to: to.welcome.peer, ...signal }, 'delivered'),
  );
  await Promise.all([...heard, ...told]);
}

/** The pair talks to each other, and to no node. */
async function linger({ chance }: Scene): Promise<void> {
  await pause(chance.between(200, 3_000));
}
