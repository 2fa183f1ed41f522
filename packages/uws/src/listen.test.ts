import { socketContract } from '@parley/core/contract-socket';
import { describe, it } from 'vitest';
import { listenWith } from './listen.ts';
import { load } from './load.ts';

const loaded = load();

if (loaded.ok) {
  socketContract(`${loaded.name} ${loaded.version}`, listenWith(loaded.library));
} else {
  describe('sockets over uWebSockets.js', () => {
    it.skip(loaded.message, () => {});
  });
}
