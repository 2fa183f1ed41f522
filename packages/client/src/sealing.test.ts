import { describe, expect, it, vi } from 'vitest';

import { newKey, secretSealing } from './sealing-secret.ts';
import { sealedIn, sealingOf } from './sealing.ts';

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
    const sender = (await secretSealing(newKey()))();
    const receiver = (await secretSealing(newKey()))();

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
      await expect(secretSealing(newKey())).rejects.toMatchObject({ code: 'insecure-context' });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

it('who can only seal, or only open, is told so', () => {
  expect(() => sealingOf({ seal: (signal) => signal })).toThrow(TypeError);
  expect(() => sealingOf({ open: (sealed) => sealed })).toThrow(TypeError);
  expect(sealingOf({})).toBeUndefined();
});

it('what anybody could read is not taken for sealed', () => {
  expect(sealedIn({ custom: { sealed: 'x' } })).toBe('x');
  expect(() => sealedIn({ custom: 'x' })).toThrow('not-sealed');
  expect(() => sealedIn({ candidate: null })).toThrow('not-sealed');
  expect(() => sealedIn({ custom: null })).toThrow('not-sealed');
});

async function pair() {
  const make = await secretSealing(newKey());
  return { sender: make(), receiver: make() };
}
