// Which port a node can listen on.
import { createServer } from 'node:net';

/**
 * The first port from `from` on that is free on every one of the hosts.
 *
 * A program that holds the port on the other address family counts as well: a browser takes localhost for whichever of the
 * two answers first, and would show the stranger's page.
 *
 * @param {number} from @param {readonly string[]} hosts @returns {Promise<number>}
 */
export async function firstFreePort(from, hosts) {
  for (let port = from; port < from + 100; port++) {
    const free = [];
    for (const host of hosts) free.push(await isFree(port, host));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`No free port between ${from} and ${from + 99}.`);
}

/** @param {number} port @param {string} host @returns {Promise<boolean>} */
function isFree(port, host) {
  return new Promise((resolve) => {
    const probe = createServer();
    // Anything but "in use" or "not allowed" means that this machine lacks the address (no IPv6, say): nobody can hold it.
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    );
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
