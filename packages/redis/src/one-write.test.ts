import { Writable } from 'node:stream';

import { systemClock } from '@parley/core';
import { describe, expect, it } from 'vitest';

import { gatherWrites } from './one-write.ts';

describe('writes of one turn', () => {
  it('leave together, in order', async () => {
    const { stream, left } = recorded();
    gatherWrites(stream, defer);
    for (const word of ['a', 'b']) stream.write(word);
    await Promise.resolve().then(() => stream.write('c'));
    expect(left).toEqual([]);

    await endOfTurn();
    expect(left).toEqual(['abc']);
  });

  it('leave one by one where nobody gathers them', () => {
    const { stream, left } = recorded();
    for (const word of ['a', 'b']) stream.write(word);
    expect(left).toEqual(['a', 'b']);
  });

  it('do not wait for those of the next', async () => {
    const { stream, left } = recorded();
    gatherWrites(stream, defer);
    stream.write('a');
    await endOfTurn();
    stream.write('b');
    await endOfTurn();
    expect(left).toEqual(['a', 'b']);
  });

  it('leave before the end of a stream that is ended', async () => {
    const { stream, left } = recorded();
    gatherWrites(stream, defer);
    stream.write('a');
    stream.write('b');
    stream.end();
    await endOfTurn();
    expect(left).toEqual(['ab']);
  });

  it('are gone with a stream that is destroyed', async () => {
    const { stream, left } = recorded();
    gatherWrites(stream, defer);
    stream.write('a');
    stream.destroy();
    await endOfTurn();
    expect(left).toEqual([]);
  });
});

/** A stream, and what it was told to write, once for each system call. */
function recorded(): { readonly stream: Writable; readonly left: readonly string[] } {
  const left: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      left.push(String(chunk));
      done();
    },
    writev(chunks, done) {
      left.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  stream.on('error', () => {});
  return { stream, left };
}

const defer = (task: () => void) => systemClock.endOfTurn(task);
const endOfTurn = () => new Promise<void>((resolve) => defer(resolve));
