import { EventEmitter } from 'node:events';

import { Unavailable } from '@parley/core';
import { describe, expect, it } from 'vitest';

import { cautious } from './cautious.ts';
import type { Connection } from './connect.ts';
import type { Scripts } from './scripts.ts';

type Name = Parameters<Scripts['run']>[0];

describe('scripts after a connection was lost', () => {
  it('run as ever while none was', async () => {
    const { run, ran } = start();
    await run('claim');
    await run('join');
    expect(ran).toEqual(['claim', 'join']);
  });

  it('are not even sent before a beat was answered, so certainly nothing happened', async () => {
    const { run, lose, ran } = start();
    lose();
    await expect(run('join')).rejects.toMatchObject({ name: 'Unavailable', neverHappened: true });
    expect(ran).toEqual([]);
    await run('beat');
    await run('join');
    expect(ran).toEqual(['beat', 'join']);
  });

  it('wait for an answer to the beat, and not for its question', async () => {
    const { run, lose, fail, ran } = start();
    lose();
    fail();
    await expect(run('beat')).rejects.toThrow('no answer');
    await expect(run('join')).rejects.toMatchObject({ neverHappened: true });
    await run('beat');
    await run('join');
    expect(ran).toEqual(['beat', 'beat', 'join']);
  });

  it('wait again each time that it is lost', async () => {
    const { run, lose, ran } = start();
    lose();
    await run('beat');
    lose();
    await expect(run('join')).rejects.toThrow(Unavailable);
    expect(ran).toEqual(['beat']);
  });

  it('may say goodbye at any time', async () => {
    const { run, lose, ran } = start();
    lose();
    await run('goodbye');
    expect(ran).toEqual(['goodbye']);
    await expect(run('join')).rejects.toThrow(Unavailable);
  });
});

/** A connection that is lost when told so, and scripts that write down what was run. */
function start() {
  const connection = new EventEmitter();
  const ran: Name[] = [];
  let fails = false;
  const inner: Scripts = {
    async run(name) {
      ran.push(name);
      const failing = fails;
      fails = false;
      if (failing) throw new Unavailable('no answer');
      return [];
    },
  };
  const scripts = cautious(inner, connection as Connection);
  return {
    ran,
    run: (name: Name) => scripts.run(name, [], []),
    lose: () => void connection.emit('close'),
    /** The next script is sent, and not answered. */
    fail: () => void (fails = true),
  };
}
