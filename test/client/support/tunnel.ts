import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One connection through a tunnel. */
interface Strand {
  readonly near: Socket;
  readonly far: Socket;
}

/** The network between a client and whichever node it is led to: one address that stays, as that of a balancer. */
export class Tunnel {
  /** Where new connections lead; a port where nobody listens refuses them. */
  port: number;
  /** How many were ever asked for. */
  asked = 0;
  readonly #server = createServer((near) => this.#lay(near));
  readonly #strands = new Set<Strand>();
  #isSevered = false;

  private constructor(port: number) {
    this.port = port;
  }

  static async to({ port }: { readonly port: number }): Promise<Tunnel> {
    const tunnel = new Tunnel(port);
    tunnel.#server.listen(0, '127.0.0.1');
    await once(tunnel.#server, 'listening');
    return tunnel;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#strands.size;
  }

  /** Every connection breaks, on both ends. */
  drop(): void {
    for (const { near, far } of this.#strands) [near, far].forEach((end) => end.destroy());
  }

  /** And new ones break at once, until {@link Tunnel.mend}. */
  sever(): void {
    this.#isSevered = true;
    this.drop();
  }

  mend(): void {
    this.#isSevered = false;
  }

  /** Nothing passes any more on the connections there are, and neither end is told. New ones are as ever. */
  freeze(): void {
    for (const { near, far } of this.#strands) [near, far].forEach((end) => end.pause());
  }

  async stop(): Promise<void> {
    this.sever();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #lay(near: Socket): void {
    this.asked += 1;
    if (this.#isSevered) return void near.destroy();
    const far = connect(this.port, '127.0.0.1');
    const strand: Strand = { near, far };
    this.#strands.add(strand);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      end.setNoDelay(true);
      end.on('data', (bytes) => other.writable && other.write(bytes));
      end.on('end', () => other.end());
      end.on('error', () => {}); // 'close' follows
      end.on('close', () => {
        this.#strands.delete(strand);
        other.destroy();
      });
    }
  }
}
