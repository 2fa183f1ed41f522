import { Unavailable } from '@parley/core';
import { describe, expect, it } from 'vitest';

import { isOutOfMemory, unavailable } from './unavailable.ts';

describe('what a failed command becomes', () => {
  it.each([
    ['Redis is full', "OOM command not allowed when used memory > 'maxmemory'."],
    ['there was no connection', "Stream isn't writeable and enableOfflineQueue options is false"],
    ['there was no cluster', "Cluster isn't ready and enableOfflineQueue options is false"],
  ])('certainly never happened when %s', (_why, message) => {
    expect(unavailable('a claim', new Error(message)).neverHappened).toBe(true);
  });

  it.each([
    ['no answer came in time', new Error('Command timed out')],
    ['the connection broke', new Error('Connection is closed.')],
    ['the socket failed', new Error("read ECONNRESET: Stream isn't writeable and enableOfflineQueue")],
    ['it was no error at all', "Stream isn't writeable and enableOfflineQueue options is false"],
  ])('may have happened when %s', (_why, failure) => {
    expect(unavailable('a claim', failure).neverHappened).toBe(false);
  });

  it('says what got no answer and why, but not what was asked: that holds what clients chose', () => {
    const failure = Object.assign(new Error('Command timed out'), {
      command: { name: 'evalsha', args: ['secret'] },
    });
    const made = unavailable('a claim', failure);
    expect([made.message, made.cause]).toEqual(['Redis gave no answer to a claim', failure]);
    expect(failure).not.toHaveProperty('command');
  });

  it('stays what it is when that is known already', () => {
    const known = new Unavailable('known', { neverHappened: true });
    expect(unavailable('a claim', known)).toBe(known);
  });
});

describe('whether Redis is full', () => {
  it('is known of the failure, and of what it became', () => {
    const failure = new Error('OOM command not allowed');
    expect([isOutOfMemory(failure), isOutOfMemory(unavailable('it', failure))]).toEqual([true, true]);
    expect([isOutOfMemory(new Error('no OOM ')), isOutOfMemory(undefined)]).toEqual([false, false]);
  });
});
