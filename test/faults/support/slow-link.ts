import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The network between one node and its Redis, which may become slow: a TCP proxy that keeps the bytes in order. */
export class SlowLink {
  /** So long everything takes from now on, in each direction. */
  delayMs = 0;
  readonly #target: number;
  readonly #server = createServer((near) => this.#lay(near));
  readonly #ends = new Set<Socket>();

  private constructor(targetPort: number) {
    this.#target = targetPort;
  }

  static async to({ port }: { readonly port: number }): Promise<SlowLink> {
    const link = new SlowLink(port);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const end of this.#ends) end.destroy();
    await once(this.#server, 'close');
  }

  #lay(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    this.#pipe(near, far);
    this.#pipe(far, near);
  }

  #pipe(from: Socket, to: Socket): void {
    const queue = new InOrder(() => this.delayMs);
    this.#ends.add(from);
    from.setNoDelay(true);
    from.on('data', (bytes) => queue.add(() => to.writable && to.write(bytes)));
    from.on('end', () => queue.add(() => to.end()));
    from.on('error', () => {}); // 'close' follows
    from.on('close', () => {
      this.#ends.delete(from);
      to.destroy();
    });
  }
}

/** Things that happen later, and never before what was added before them, also when the delay has become shorter meanwhile. */
class InOrder {
  readonly #delayMs: () => number;
  readonly #waiting: { readonly dueMs: number; readonly task: () => void }[] = [];

  constructor(delayMs: () => number) {
    this.#delayMs = delayMs;
  }

  add(task: () => void): void {
    if (this.#waiting.length === 0 && this.#delayMs() === 0) return task();
    this.#waiting.push({ dueMs: performance.now() + this.#delayMs(), task });
    if (this.#waiting.length === 1) this.#wait();
  }

  #wait(): void {
    const [first] = this.#waiting;
    if (first) setTimeout(() => this.#release(), Math.max(0, first.dueMs - performance.now()));
  }

  #release(): void {
    const now = performance.now();
    for (let [first] = this.#waiting; first && first.dueMs <= now + 1; [first] = this.#waiting) {
      this.#waiting.shift();
      first.task();
    }
    this.#wait();
  }
}
