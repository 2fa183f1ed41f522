import type { Outgoing } from '@parley/protocol/plain';
import { expect, it } from 'vitest';

import type { Request } from './ports.ts';
import { Requests } from './requests.ts';
import type { Said, Session } from './session.ts';

/** A session that answers when it is told to. */
class FakeSession {
  readonly said: string[] = [];
  readonly #answers: ((answer: Outgoing | undefined) => void)[] = [];

  ask(message: Said): Promise<Outgoing | undefined> {
    this.said.push(message.type);
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  answer(index: number, answer: Outgoing | undefined): void {
    this.#answers[index]?.(answer);
  }

  end(): void {
    for (const answer of this.#answers) answer(undefined);
  }

  get it(): Session {
    return this as unknown as Session;
  }
}

const ping: Request = { type: 'ping' };
const ice: Request = { type: 'ice' };
const pong: Outgoing = { type: 'pong' };

it('waits for a session, and says what was asked in order', () => {
  const requests = new Requests();
  const session = new FakeSession();
  void requests.ask(ping);
  void requests.ask(ice);
  const sayAgain = requests.moveTo(session.it);
  expect(session.said).toEqual([]);
  sayAgain();
  expect(session.said).toEqual(['ping', 'ice']);
});

it('says again on the next session what had no answer on this one, and nothing else', async () => {
  const requests = new Requests();
  const [first, second] = [new FakeSession(), new FakeSession()];
  requests.moveTo(first.it)();
  const answered = requests.ask(ping);
  const open = requests.ask(ice);
  first.answer(0, pong);
  expect(await answered).toBe(pong);
  first.end();
  requests.moveTo(second.it)();
  expect(second.said).toEqual(['ice']);
  second.answer(0, { type: 'ice-servers', iceServers: [] });
  expect(await open).toMatchObject({ type: 'ice-servers' });
  expect(requests.isEmpty).toBe(true);
});

it('says what is asked meanwhile before what was asked earlier, when it moves', () => {
  const requests = new Requests();
  const session = new FakeSession();
  void requests.ask(ping);
  const sayAgain = requests.moveTo(session.it);
  void requests.ask(ice);
  sayAgain();
  expect(session.said).toEqual(['ice', 'ping']);
});

it('takes the answer that comes first', async () => {
  const requests = new Requests();
  const [first, second] = [new FakeSession(), new FakeSession()];
  requests.moveTo(first.it)();
  const asked = requests.ask(ping);
  requests.moveTo(second.it)();
  first.answer(0, pong);
  expect(await asked).toBe(pong);
  second.answer(0, { type: 'error', code: 'internal', message: '' });
});

it('rejects with what the server had against it', async () => {
  const requests = new Requests();
  const session = new FakeSession();
  requests.moveTo(session.it)();
  const asked = requests.ask(ping);
  session.answer(0, { type: 'error', code: 'rate-limited', message: 'Too many.', retryAfterMs: 20 });
  await expect(asked).rejects.toMatchObject({ code: 'rate-limited', message: 'Too many.', retryAfterMs: 20 });
});

it('takes a room that nobody knows of for what the one create has made whose answer was lost', async () => {
  const requests = new Requests();
  const session = new FakeSession();
  const joining = requests.ask({ type: 'join', room: 'lobby' } as never);
  const creating = requests.ask({ type: 'join' });
  requests.created({ room: 'K7QM2XRA' } as never);
  expect(await creating).toMatchObject({ type: 'joined', room: 'K7QM2XRA' });
  requests.created({ room: 'RA2XK7QM' } as never);
  requests.moveTo(session.it)();
  expect(session.said).toEqual(['join']);
  session.answer(0, { type: 'joined', room: 'lobby' } as never);
  expect(await joining).toMatchObject({ room: 'lobby' });
});

it('does not guess which of two creates has made it', () => {
  const requests = new Requests();
  const session = new FakeSession();
  for (let times = 0; times < 2; times += 1) void requests.ask({ type: 'join' });
  requests.created({ room: 'K7QM2XRA' } as never);
  requests.moveTo(session.it)();
  expect(session.said).toEqual(['join', 'join']);
});

it('rejects all of them at the end, and every later one', async () => {
  const requests = new Requests();
  const end = new Error('over');
  const asked = requests.ask(ping);
  requests.end(end);
  await expect(asked).rejects.toBe(end);
  await expect(requests.ask(ping)).rejects.toBe(end);
});
