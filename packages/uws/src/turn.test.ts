import { setImmediate as nextTurn } from 'node:timers/promises';
import { setStage, PATIENCE } from '@parley/core/contract-socket';
import { describe, expect, it } from 'vitest';
import { listenWith } from './listen.ts';
import { load } from './load.ts';
import { Turn } from './turn.ts';

const loaded = load();

describe.runIf(loaded.ok)('what is sent in one turn of the event loop', () => {
  it('leaves together, in order, and before a ping', async () => {
    const { client, session, reads } = await joined();
    for (const text of ['1', '2', '3']) session.socket.send(text);
    session.socket.ping();
    await expect.poll(() => client.frames.length, PATIENCE).toBe(4);
    expect(client.texts()).toEqual(['1', '2', '3']);
    // The three, then the ping.
    expect(reads()).toBeLessThanOrEqual(2);
  });

  it('leaves before the close frame', async () => {
    const { client, session } = await joined();
    session.socket.send('last words');
    session.socket.end(4001, 'over');
    await client.over();
    expect(client.texts()).toEqual(['last words']);
  });

  it('of a client that is gone by the end of the turn, is forgotten', async () => {
    const { client, session } = await joined();
    client.wire.resetAndDestroy();
    while (session.closes.length === 0) {
      expect(session.socket.send('x')).toBe('sent');
      await nextTurn();
    }
    expect(session.socket.send('x')).toBe('ended');
  });

  it('is written one by one where each has a turn of its own', async () => {
    const { client, session, reads } = await joined();
    for (const text of ['1', '2', '3']) {
      session.socket.send(text);
      await expect.poll(() => client.texts().at(-1), PATIENCE).toBe(text);
    }
    expect(reads()).toBe(3);
  });
});

it('a writer that throws at the end of a turn keeps no other from writing', async () => {
  const faults: unknown[] = [];
  const written: string[] = [];
  const turn = new Turn((error) => faults.push(error));
  const fault = new Error('a bug');
  turn.add({
    flush() {
      throw fault;
    },
  });
  turn.add({ flush: () => void written.push('mine') });
  await nextTurn();
  expect({ faults, written }).toEqual({ faults: [fault], written: ['mine'] });
});

/** A client, and how often it had something to read since. */
async function joined() {
  if (!loaded.ok) throw new Error(loaded.message);
  const stage = await setStage(listenWith(loaded.library));
  const { client, session } = await stage.join();
  let reads = 0;
  client.wire.on('data', () => (reads += 1));
  return { client, session, reads: () => reads };
}
