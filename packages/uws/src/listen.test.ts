import type { Listen } from '@parley/core';
import { socketContract } from '@parley/core/contract-socket';
import { describe } from 'vitest';
import { listenWith } from './listen.ts';
import { load } from './load.ts';

const loaded = load();
const name = loaded.ok ? `${loaded.name} ${loaded.version}` : loaded.message;
const listen: Listen = loaded.ok
  ? listenWith(loaded.library)
  : () => Promise.reject(new Error(loaded.message));

describe.skipIf(!loaded.ok)('uWebSockets.js', () => {
  socketContract(name, listen);
});
