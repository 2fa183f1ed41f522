// Signalling over Socket.IO as it is usually written; with a Redis adapter when the environment names a Redis.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';

import { tellPort } from './listening.ts';

const redisUrl = process.env['BENCH_REDIS_URL'];
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
if (redisUrl) io.adapter(createAdapter(new Redis(redisUrl), new Redis(redisUrl)));

io.on('connection', (socket) => {
  socket.on('join', async (room: string, done: () => void) => {
    await socket.join(room);
    done();
  });
  socket.on('signal', (to: string, payload: unknown) => {
    io.to(to).emit('signal', socket.id, payload);
  });
});

http.listen(0, '127.0.0.1', () => tellPort((http.address() as AddressInfo).port));
