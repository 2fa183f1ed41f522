/** What `navigation` tells (HTML, 7.2.6.10.1); not every platform has it. */
type NavigateEvent = Event & { readonly navigationType?: string };

/**
 * Lets a page that was loaded again take its former place. The proof lies in `sessionStorage` only while the page is hidden, because
 * whoever has it can take the peer over, and a tab that is duplicated copies what lies there. Outside of browsers nothing happens.
 */
export class Reload {
  /** Of the session that there is; before the first one, of the page's former life. */
  #proof: string | undefined;
  #storage: Storage | undefined;
  /** A proof is of one server, and a page may have several connections to it. */
  readonly #name: string;

  /** @param url of the server */
  constructor(url: string, isWanted: boolean) {
    const prefix = `parley.restart ${url} `;
    this.#storage = isWanted ? storage() : undefined;
    this.#name = prefix + Math.random();
    const lying = Object.entries<string>(this.#storage ?? {});
    const [name, proof] = lying.find(([each]) => each.startsWith(prefix)) ?? [];
    this.#proof = proof;
    if (name !== undefined) this.#storage?.removeItem(name);
  }

  get proof(): string | undefined {
    return this.#proof;
  }

  set proof(proof: string | undefined) {
    this.#proof = proof;
    this.#turn();
  }

  /**
   * Looks after the proof until `over`; then nothing is left of it.
   *
   * @param goodbye the page goes for good, and the peer with it
   */
  watch(goodbye: () => void, over: AbortSignal): void {
    const { document, navigation } = globalThis as { document?: Document; navigation?: EventTarget };
    if (!document) return;
    let isReloading = false;
    const listen = { signal: over };
    const turn = () => this.#turn();
    document.addEventListener('visibilitychange', turn, listen);
    addEventListener('pageshow', turn, listen);
    addEventListener(
      'pagehide',
      ({ persisted }) => {
        if (!persisted && !(isReloading && this.#storage)) goodbye();
      },
      listen,
    );
    // Where the platform tells a reload from a departure, the peer need not leave: it will be back.
    navigation?.addEventListener(
      'navigate',
      ({ navigationType }: NavigateEvent) => (isReloading = navigationType === 'reload'),
      listen,
    );
    // The visitor, or the page, may stay after all.
    navigation?.addEventListener('navigateerror', () => (isReloading = false), listen);
    over.addEventListener('abort', () => (this.proof = undefined));
  }

  /** The page is hidden now, or seen again, or has another proof. */
  #turn(): void {
    try {
      if (this.#proof !== undefined && globalThis.document?.visibilityState === 'hidden')
        this.#storage?.setItem(this.#name, this.#proof);
      else this.#storage?.removeItem(this.#name);
    } catch {
      this.#storage = undefined; // it is full, or locked: then it is as if there were none
    }
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
