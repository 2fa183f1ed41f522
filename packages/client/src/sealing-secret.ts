import type { Json, SealContext } from './api.ts';
import { ParleyError } from './error.ts';
import type { Cipher } from './sealing.ts';

const IV_BYTES = 12;

/**
 * With the key of a secret room: AES-GCM with a random 96-bit iv, bound to the room and the two instances, so that nothing can be
 * sent back or to somebody else. Within it travels a count, so that nothing can be said a second time.
 *
 * @throws ParleyError `insecure-context`
 */
export async function secretCipher(key: string): Promise<() => Cipher> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) throw new ParleyError('insecure-context', 'a secret room needs https, or localhost');
  const secret = await subtle.importKey('raw', bytesOf(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
  return () => {
    let said = 0;
    let heard = 0;
    return {
      async seal(signal, context) {
        const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
        const clear = new TextEncoder().encode(JSON.stringify([++said, signal]));
        const cipher = await subtle.encrypt(parameters(iv, context), secret, clear);
        return textOf(new Uint8Array([...iv, ...new Uint8Array(cipher)]));
      },
      async open(sealed, context) {
        const bytes = bytesOf(sealed as string);
        const cipher = bytes.subarray(IV_BYTES);
        const clear = await subtle.decrypt(parameters(bytes.subarray(0, IV_BYTES), context), secret, cipher);
        const [count, signal] = JSON.parse(new TextDecoder().decode(clear)) as [number, Json];
        if (count <= heard) throw new ParleyError('said-before');
        heard = count;
        return signal;
      },
    };
  };
}

/** A new key: 256 bits, 43 characters of base64url. */
export function newKey(): string {
  return textOf(crypto.getRandomValues(new Uint8Array(32)));
}

function parameters(iv: Uint8Array<ArrayBuffer>, { room, from, to }: SealContext): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(JSON.stringify([room, from, to])) };
}

function textOf(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
