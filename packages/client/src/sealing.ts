/** What few need: loaded by whoever enters a secret room, or seals by functions of its own. */
import type { ConnectOptions, Json, Open, Seal, SealContext, Signal } from './api.ts';
import { ParleyError } from './error.ts';
import { newKey, secretCipher } from './sealing-secret.ts';

/** Makes signals unreadable on their way, and readable again. */
export interface Cipher {
  readonly seal: Seal;
  readonly open: Open;
}

/** Seals what one life says to another, and opens what it hears. Ciphers may take their time: the order holds. */
export class Sealing {
  /** How many are being sealed. */
  size = 0;
  readonly #cipher: Cipher;
  #sealing: Promise<unknown> = Promise.resolve();
  #opening = this.#sealing;

  constructor(cipher: Cipher) {
    this.#cipher = cipher;
  }

  /** Rejects with what the cipher throws. */
  seal(signal: Signal, context: SealContext): Promise<Signal> {
    this.size++;
    const sealed = this.#sealing
      .then(() => this.#cipher.seal(signal as Json, context))
      .finally(() => this.size--)
      .then((custom) => ({ custom: { sealed: custom } }));
    this.#sealing = sealed.catch(() => {});
    return sealed;
  }

  /** Rejects with what the cipher throws, and with ParleyError `not-sealed`: who has the key says nothing in the clear. */
  open(signal: Signal, context: SealContext): Promise<Signal> {
    const opened = this.#opening.then(() => this.#cipher.open(sealedIn(signal), context));
    this.#opening = opened.catch(() => {});
    return opened as Promise<Json> as Promise<Signal>;
  }
}

/** Makes a {@link Sealing} for each stream, because a cipher may have to remember what it has seen. */
export type SealingMaker = () => Sealing;

/**
 * By functions of the program.
 *
 * @throws TypeError if it can seal and not open, or the other way round
 */
export function ownSealing({ seal, open }: ConnectOptions): SealingMaker {
  if (!seal || !open) throw new TypeError('seal and open belong together');
  return () => new Sealing({ seal, open });
}

/**
 * By the key of a secret room, or by a new one.
 *
 * @throws ParleyError `insecure-context`
 */
export async function secretSealing(key = newKey()): Promise<{ key: string; sealing: SealingMaker }> {
  const makeCipher = await secretCipher(key);
  return { key, sealing: () => new Sealing(makeCipher()) };
}

function sealedIn(signal: Signal): Json {
  const custom = 'custom' in signal ? signal.custom : undefined;
  if (typeof custom === 'object' && custom && 'sealed' in custom) return custom.sealed;
  throw new ParleyError('not-sealed');
}
