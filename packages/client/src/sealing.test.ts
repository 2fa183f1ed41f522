import { describe, expect, it, vi } from 'vitest';

import { newKey, secretCipher } from './sealing-secret.ts';
import { ownSealing, secretSealing, Sealing } from './sealing.ts';

const THERE = { room: 'K7QM-2XRA', from: 'i.1', to: 'i.2' };
const BACK = { ...THERE, from: 'i.2', to: 'i.1' };

describe('the sealing of a secret room', () => {
  it('opens what it sealed, and shows nothing of it', async () => {
    const { sender, receiver } = await pair();
    const sealed = await sender.seal({ custom: { text: 'a secret' } }, THERE);

    expect(JSON.stringify(sealed)).not.toContain('secret');
    await expect(receiver.open(sealed, THERE)).resolves.toEqual({ custom: { text: 'a secret' } });
  });

  it('never seals the same twice in the same way', async () => {
    const { sender } = await pair();
    const seal = () => sender.seal({ custom: 1 }, THERE);

    expect(await seal()).not.toBe(await seal());
  });

  it.each([
    ['another room', { ...THERE, room: 'lobby' }],
    ['the way back', BACK],
    ['another life of the receiver', { ...THERE, to: 'i.3' }],
    ['another life of the sender', { ...THERE, from: 'i.3' }],
  ])('opens nothing that was sealed for %s', async (_what, context) => {
    const { sender, receiver } = await pair();
    const sealed = await sender.seal({ custom: 1 }, THERE);

    await expect(receiver.open(sealed, context)).rejects.toMatchObject({ name: 'OperationError' });
  });

  it('opens nothing a second time, nor what is older than what it has opened', async () => {
    const { sender, receiver } = await pair();
    const first = await sender.seal({ custom: 1 }, THERE);
    const second = await sender.seal({ custom: 2 }, THERE);
    await receiver.open(second, THERE);

    await expect(receiver.open(second, THERE)).rejects.toMatchObject({ code: 'said-before' });
    await expect(receiver.open(first, THERE)).rejects.toMatchObject({ code: 'said-before' });
  });

  it('opens nothing with another key', async () => {
    const sender = (await secretCipher(newKey()))();
    const receiver = (await secretCipher(newKey()))();

    await expect(receiver.open(await sender.seal({ custom: 1 }, THERE), THERE)).rejects.toMatchObject({
      name: 'OperationError',
    });
  });

  it.each(['', 'x', '!!!', 'AAAA', null, 1, {}])('opens nothing that is no seal: %j', async (sealed) => {
    const { receiver } = await pair();

    await expect(receiver.open(sealed, THERE)).rejects.toBeInstanceOf(Error);
  });

  it('has keys of 256 bits that fit into a fragment', () => {
    expect(newKey()).toMatch(/^[\w-]{43}$/);
    expect(newKey()).not.toBe(newKey());
  });

  it('says so where the platform has no cryptography, as on a page of plain http', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    try {
      await expect(secretCipher(newKey())).rejects.toMatchObject({ code: 'insecure-context' });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

it('who can only seal, or only open, is told so', () => {
  expect(() => ownSealing({ seal: (signal) => signal })).toThrow(TypeError);
  expect(() => ownSealing({ open: (sealed) => sealed })).toThrow(TypeError);
});

describe('whoever seals may take its time, and', () => {
  it('the order holds, in both directions, also behind what could not be sealed or opened', async () => {
    const delays = [30, 5, 15, 0];
    const slowly = async (word: unknown) => {
      await new Promise((resolve) => setTimeout(resolve, delays.shift()));
      if (word === 'odd') throw new Error('odd');
      return word as string;
    };
    const sealing = new Sealing({
      seal: (signal) => slowly((signal as { custom: string }).custom),
      open: slowly,
    });
    const done: unknown[] = [];
    const note = (outcome: unknown) => void done.push(outcome);
    const sealed = ['one', 'odd', 'two'].map((custom) => sealing.seal({ custom }, THERE).then(note, note));
    expect(sealing.size).toBe(3);
    await Promise.all(sealed);
    expect(sealing.size).toBe(0);
    expect(done.splice(0)).toEqual([
      { custom: { sealed: 'one' } },
      expect.objectContaining({ message: 'odd' }),
      { custom: { sealed: 'two' } },
    ]);
    delays.push(30, 5, 0);
    const words = ['one', 'odd', 'two'];
    const opened = words.map((word) => sealing.open({ custom: { sealed: word } }, BACK).then(note, note));
    await Promise.all(opened);
    expect(done).toEqual(['one', expect.objectContaining({ message: 'odd' }), 'two']);
  });

  it.each([{ custom: 'x' }, { candidate: null }, { custom: null }])(
    'what anybody could read is not taken for sealed: %j',
    async (signal) => {
      const { sealing } = await secretSealing();
      await expect(sealing().open(signal, THERE)).rejects.toMatchObject({ code: 'not-sealed' });
    },
  );
});

async function pair() {
  const make = await secretCipher(newKey());
  return { sender: make(), receiver: make() };
}
