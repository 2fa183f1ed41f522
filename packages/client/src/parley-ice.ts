import type { IceServersAnswer, Welcome } from '@parley/protocol/plain';

import type { Line } from './ports.ts';

/** Credentials that end so soon are asked for anew. */
const MARGIN_MS = 60_000;

/** The STUN and TURN servers, as the server last told them. */
export class IceServers {
  #servers: RTCIceServer[] = [];
  #expiresAtMs = Infinity;
  /** Many links may want them at once. */
  #asking: Promise<void> | undefined;

  /** Takes what came with a welcome. */
  take({ iceServers, iceExpiresInMs }: Pick<Welcome, 'iceServers' | 'iceExpiresInMs'>): void {
    this.#servers = iceServers as RTCIceServer[];
    this.#expiresAtMs = performance.now() + (iceExpiresInMs ?? Infinity);
  }

  /** Those that are known; newer ones if their credentials have ended, and if there is somebody to ask. */
  async fresh(line: Line): Promise<RTCIceServer[]> {
    const isFresh = performance.now() + MARGIN_MS < this.#expiresAtMs;
    if (!isFresh && line.state === 'open' && line.welcome?.features.includes('ice'))
      await (this.#asking ??= this.#ask(line).finally(() => (this.#asking = undefined)));
    return this.#servers;
  }

  async #ask(line: Line): Promise<void> {
    try {
      const { iceServers, expiresInMs } = (await line.request({ type: 'ice' })) as IceServersAnswer;
      this.take({ iceServers, iceExpiresInMs: expiresInMs });
    } catch {
      // Those that are known may do: a direct path needs no credentials.
    }
  }
}
