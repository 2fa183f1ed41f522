/** What `navigation` tells (HTML, 7.2.6.10.1); not every platform has it. */
type NavigateEvent = Event & { readonly navigationType?: string };

/**
 * Lets a page that was loaded again take its former place. The proof lies in `sessionStorage` only while the page is hidden, because
 * whoever has it can take the peer over, and a tab that is duplicated copies what lies there. Outside of browsers nothing happens.
 */
export class Reload {
  readonly #storage: Storage | undefined;
  /** What the names of proofs begin with: a proof is of one server, and a page may have several connections to it. */
  readonly #prefix: string;
  #proof: string | undefined;
  #isReloading = false;

  /** @param url of the server */
  constructor(url: string, isWanted: boolean) {
    this.#storage = isWanted ? storage() : undefined;
    this.#prefix = `parley.restart ${url} `;
    this.#proof = this.#take();
  }

  /** The proof of the page's former life, until there is one of this. */
  get proof(): string | undefined {
    return this.#proof;
  }

  /** The proof of the session that there is now. */
  keep(proof: string | undefined): void {
    this.#pickUp();
    this.#proof = proof;
    this.#layDown();
  }

  /**
   * Looks after the proof until `over`; then nothing is left of it.
   *
   * @param goodbye the page goes for good, and the peer with it
   */
  watch(goodbye: () => void, over: AbortSignal): void {
    const { document, navigation } = globalThis as { document?: Document; navigation?: EventTarget };
    if (!document) return;
    const listen = { signal: over };
    const turn = () => {
      this.#pickUp();
      this.#layDown();
    };
    document.addEventListener('visibilitychange', turn, listen);
    addEventListener('pageshow', turn, listen);
    addEventListener(
      'pagehide',
      ({ persisted }) => {
        if (!persisted && !(this.#isReloading && this.#storage)) goodbye();
      },
      listen,
    );
    // Where the platform tells a reload from a departure, the peer need not leave: it will be back.
    navigation?.addEventListener(
      'navigate',
      ({ navigationType }: NavigateEvent) => (this.#isReloading = navigationType === 'reload'),
      listen,
    );
    over.addEventListener('abort', () => this.#pickUp());
  }

  #layDown(): void {
    if (this.#proof !== undefined && globalThis.document?.visibilityState === 'hidden')
      this.#storage?.setItem(this.#prefix + this.#proof, '');
  }

  #pickUp(): void {
    this.#storage?.removeItem(this.#prefix + this.#proof);
  }

  #take(): string | undefined {
    const name = Object.keys(this.#storage ?? {}).find((each) => each.startsWith(this.#prefix));
    if (name !== undefined) this.#storage?.removeItem(name);
    return name?.slice(this.#prefix.length);
  }
}

/** Sandboxed pages, and those whose visitor forbids it, have none. */
function storage(): Storage | undefined {
  try {
    return globalThis.document && sessionStorage;
  } catch {
    return undefined;
  }
}
