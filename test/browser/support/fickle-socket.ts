import { NOWHERE } from './nowhere.ts';

/** A WebSocket that a test can do to what networks and servers do. */
export class FickleSocket extends WebSocket {
  static readonly #open = new Set<FickleSocket>();
  static #isCut = false;
  static #rewrite: ((text: string) => string | Promise<string>) | undefined;

  /** Messages that are being rewritten, in their order. */
  #hearing = Promise.resolve();

  constructor(url: string, protocols: string[]) {
    super(FickleSocket.#isCut ? NOWHERE : url, protocols);
    FickleSocket.#open.add(this);
    this.addEventListener('close', () => FickleSocket.#open.delete(this));
    this.addEventListener('message', (event) => this.#heard(event));
  }

  /** No socket lives, and none opens any more, until {@link FickleSocket.mend}. */
  static cut(): void {
    FickleSocket.#isCut = true;
    // Anything but 1000: the server is to believe that we come back.
    for (const socket of FickleSocket.#open) socket.close(4900);
  }

  static mend(): void {
    FickleSocket.#isCut = false;
  }

  /** From now on the SDK hears what `rewrite` makes of each message. */
  static tamper(rewrite: (text: string) => string | Promise<string>): void {
    FickleSocket.#rewrite = rewrite;
  }

  #heard(event: MessageEvent<string>): void {
    const rewrite = FickleSocket.#rewrite;
    if (!rewrite || !event.isTrusted) return;
    event.stopImmediatePropagation();
    this.#hearing = this.#hear(event.data, rewrite);
  }

  async #hear(text: string, rewrite: (text: string) => string | Promise<string>): Promise<void> {
    const [data] = await Promise.all([rewrite(text), this.#hearing]);
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}
