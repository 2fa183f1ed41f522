import { expect, it, vi } from 'vitest';

import { Emitter } from './emitter.ts';

type Events = { said: [string]; done: [] };

it('tells everybody who listens, in the order in which they came', () => {
  const emitter = new Emitter<Events>();
  const heard: string[] = [];
  emitter.on('said', (text) => heard.push(`first ${text}`));
  emitter.on('said', (text) => heard.push(`second ${text}`));

  expect(emitter.emit('said', 'hello')).toBe(true);
  expect(heard).toEqual(['first hello', 'second hello']);
});

it('says whether anybody listened', () => {
  expect(new Emitter<Events>().emit('done')).toBe(false);
});

it('takes each listener away by itself, once or twice, also one that was given twice', () => {
  const emitter = new Emitter<Events>();
  const listener = vi.fn<() => void>();
  const off = emitter.on('done', listener);
  emitter.on('done', listener);
  off();
  off();

  emitter.emit('done');
  expect(listener).toHaveBeenCalledTimes(1);
});

it('lets a listener take itself and others away while it is told', () => {
  const emitter = new Emitter<Events>();
  const heard: string[] = [];
  const off = emitter.on('done', () => {
    off();
    heard.push('once');
  });
  emitter.on('done', () => heard.push('always'));

  emitter.emit('done');
  emitter.emit('done');
  expect(heard).toEqual(['once', 'always', 'always']);
});

it('goes on when a listener throws, and reports what it threw', async () => {
  const emitter = new Emitter<Events>();
  const after = vi.fn<() => void>();
  emitter.on('done', () => {
    throw new Error('mine');
  });
  emitter.on('done', after);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const reported = new Promise((resolve) => process.once('uncaughtException', resolve));

  try {
    emitter.emit('done');
    expect(after).toHaveBeenCalledTimes(1);
    expect(await reported).toEqual(new Error('mine'));
  } finally {
    for (const other of others) process.on('uncaughtException', other);
  }
});
