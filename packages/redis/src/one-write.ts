import type { Writable } from 'node:stream';

/**
 * From now on, all that is written to this stream until `defer` runs its task leaves as one system call.
 *
 * ioredis hands each command to the socket by itself, and the kernel takes 6 to 17 microseconds for each however short it is: with eight
 * commands to a connecting client that was a sixth of a node's work. ioredis' own auto-pipelining is no way out: it puts
 * an EVALSHA into the pipeline of the wrong slot (redis/ioredis#2109). Here nothing is kept but by the socket, and what a socket had not
 * written ends with it.
 *
 * @param defer how long to gather: runs its task once, soon, and never while the stream is being written to
 */
export function gatherWrites(stream: Writable, defer: (task: () => void) => void): void {
  const write: (...args: Parameters<Writable['write']>) => boolean = stream.write.bind(stream);
  const uncork = () => stream.uncork();
  stream.write = (...args: unknown[]) => {
    if (stream.writableCorked === 0) {
      stream.cork();
      defer(uncork);
    }
    return write(...(args as Parameters<typeof write>));
  };
}
