// oxlint-disable vitest/no-conditional-tests -- what can be tested depends on which binary this machine can load
import { socketContract } from '@parley/core/contract-socket';
import { describe, expect, it } from 'vitest';
import { listenWith } from './listen.ts';
import { load } from './load.ts';

const loaded = load();

describe('uWebSockets.js', () => {
  if (loaded.ok) socketContract(`${loaded.name} ${loaded.version}`, listenWith(loaded.library));
  else it(`cannot be had on this machine: ${loaded.message}`, () => expect(loaded.refused).not.toEqual([]));
});
