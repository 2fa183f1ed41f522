import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

import { clientFrame } from './frame.ts';
import { RawSocket, upgradeRequest } from './raw-socket.ts';

describe('frames of a client', () => {
  it.each([0, 1, 125, 126, 1_400, 65_535])(
    'of %i bytes are what a real server reads and answers',
    async (length) => {
      const http = createServer();
      new WebSocketServer({ server: http }).on('connection', (socket) => {
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      });
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      const socket = await RawSocket.open((http.address() as AddressInfo).port, upgradeRequest('/'));
      const said = 'ü'.repeat(length >> 1).padStart(length - (length >> 1), '.');
      socket.say(said);
      expect(await socket.expect((text) => text)).toBe(said);
      await socket.close();
      http.close();
    },
  );

  it('are not made longer than they may be', () => {
    expect(() => clientFrame('x'.repeat(65_536))).toThrow(RangeError);
  });
});
