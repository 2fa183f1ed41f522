import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What a cable does to the bytes on it. */
type State = 'whole' | 'cut' | 'severed';

/** One connection of a node through the cable. */
interface Strand {
  readonly node: Socket;
  readonly redis: Socket;
  /** It has subscribed to a channel. */
  listens: boolean;
  /** What Redis says on it is thrown away. */
  isDeaf: boolean;
}

/**
 * The network between a node and its Redis: a TCP proxy on a port of its own, for what befalls one node and not the others.
 *
 * It knows of Redis only which connections have subscribed.
 */
export class Cable {
  readonly url: string;
  readonly #strands = new Set<Strand>();
  readonly #server = createServer((node) => this.#lay(node));
  readonly #redisPort: number;
  readonly #delayMs: number;
  #state: State = 'whole';
  #deafensNew = false;

  private constructor(redisPort: number, port: number, delayMs: number) {
    this.#redisPort = redisPort;
    this.#delayMs = delayMs;
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** @param options `delayMs`: so long takes everything, in each direction */
  static async to({ port: redisPort }: { readonly port: number }, { delayMs = 0 } = {}): Promise<Cable> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const cable = new Cable(redisPort, port, delayMs);
    cable.#server.listen(port, '127.0.0.1');
    await once(cable.#server, 'listening');
    return cable;
  }

  /** Nothing passes, and neither end is told: what is on its way arrives once it is mended. */
  cut(): void {
    this.#state = 'cut';
    for (const { node, redis } of this.#strands) [node, redis].forEach((end) => end.pause());
  }

  /** Every connection breaks, and new ones break at once. */
  sever(): void {
    this.#state = 'severed';
    for (const { node, redis } of this.#strands) [node, redis].forEach((end) => end.destroy());
  }

  mend(): void {
    this.#state = 'whole';
    for (const { node, redis } of this.#strands) [node, redis].forEach((end) => end.resume());
  }

  /** Connections that have subscribed hear nothing any more, and stand. With `forGood`, new ones neither, until {@link hear}. */
  deafen({ forGood = false } = {}): void {
    this.#deafensNew = forGood;
    for (const strand of this.#strands) strand.isDeaf ||= strand.listens;
  }

  /** New connections hear again. */
  hear(): void {
    this.#deafensNew = false;
  }

  async stop(): Promise<void> {
    this.sever();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #lay(node: Socket): void {
    if (this.#state === 'severed') return void node.destroy();
    const redis = connect(this.#redisPort, '127.0.0.1');
    const strand: Strand = { node, redis, listens: false, isDeaf: false };
    this.#strands.add(strand);
    node.setNoDelay(true);
    redis.setNoDelay(true);
    node.on('data', (bytes) => {
      if (!strand.listens && isSubscription(bytes)) {
        strand.listens = true;
        strand.isDeaf = this.#deafensNew;
      }
      void this.#pass(bytes, redis);
    });
    redis.on('data', (bytes) => {
      if (!strand.isDeaf) void this.#pass(bytes, node);
    });
    for (const [end, other] of [
      [node, redis],
      [redis, node],
    ] as const) {
      end.on('error', () => {}); // 'close' follows
      end.on('end', () => other.end());
      end.on('close', () => {
        this.#strands.delete(strand);
        other.destroy();
      });
    }
    if (this.#state === 'cut') [node, redis].forEach((end) => end.pause());
  }

  async #pass(bytes: Buffer, to: Socket): Promise<void> {
    if (this.#delayMs > 0) await pause(this.#delayMs);
    if (to.writable) to.write(bytes);
  }
}

const isSubscription = (bytes: Buffer) => /subscribe\r\n/i.test(bytes.toString('latin1'));
