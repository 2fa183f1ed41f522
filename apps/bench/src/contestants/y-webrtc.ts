import { fileURLToPath } from 'node:url';

import { Child, surroundings } from '@parley/test/support/child.ts';
import { withFreePorts } from '@parley/test/support/ports.ts';

import type { Contestant } from './contestant.ts';
import { COLLECTED } from './program.ts';

/** The package does not export its program, so it is found from its main file. */
const PROGRAM = fileURLToPath(new URL('../bin/server.js', import.meta.resolve('y-webrtc')));

/** The signalling server of y-webrtc, the program as published. */
export const yWebrtc: Contestant = {
  name: 'y-webrtc',
  dialect: 'y-webrtc',
  start: () =>
    withFreePorts(1, async (port) => {
      const env = surroundings({ ...COLLECTED, PORT: String(port) });
      const child = new Child({ name: 'y-webrtc', path: process.execPath, args: [PROGRAM], env });
      await child.ready(async () => (await fetch(`http://127.0.0.1:${port}`)).ok);
      return { ports: [port], watched: { servers: [child.pid] }, stop: () => child.stop() };
    }),
};
