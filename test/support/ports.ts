import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Starts a program that must be told its ports: finds free ones, and tries again with others when the program says that
 * somebody took one meanwhile.
 *
 * @param start must reject, with the program's output in the error, when a port is taken
 */
export async function withFreePorts<T>(
  count: number,
  start: (...ports: [number, ...number[]]) => Promise<T>,
  attempts = 5,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort(), ...(await freePorts(count - 1)));
    } catch (error) {
      if (attempt === attempts || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

/**
 * A loopback port that nobody listens on. Taken from below the range that the system gives to outgoing connections: a
 * port of that range, once free again, may be gone to one of the thousands that load tests open before its program binds it.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
