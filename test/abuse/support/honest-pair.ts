import assert from 'node:assert/strict';

import { RawClient } from '../../support/client.ts';

/** Two peers who want nothing but to meet. */
export class HonestPair {
  readonly #room: string;
  readonly #host: RawClient;
  readonly #guest: RawClient;
  #calls = 0;

  private constructor(room: string, host: RawClient, guest: RawClient) {
    this.#room = room;
    this.#host = host;
    this.#guest = guest;
  }

  /** They connect and join a room of this name. */
  static async meet(url: string, token: string, room: string): Promise<HonestPair> {
    const [host, guest] = await Promise.all([
      RawClient.connect(url, { token }),
      RawClient.connect(url, { token }),
    ]);
    await host.request({ type: 'join', room }, 'joined');
    await guest.request({ type: 'join', room }, 'joined');
    return new HonestPair(room, host, guest);
  }

  /** An offer goes from one to the other and an answer back; each is delivered, arrives as it was sent, and nothing else does. */
  async exchange(): Promise<void> {
    const call = ++this.#calls;
    await this.#tell(this.#guest, this.#host, { type: 'offer', sdp: sdpOf(call) });
    await this.#tell(this.#host, this.#guest, { type: 'answer', sdp: sdpOf(call) });
    // A history of hundreds of exchanges is no use to anybody.
    this.#host.received.length = this.#guest.received.length = 0;
  }

  /** They say goodbye. */
  async part(): Promise<void> {
    await Promise.all([this.#host.close(), this.#guest.close()]);
  }

  async #tell(from: RawClient, to: RawClient, description: object): Promise<void> {
    const signal = { type: 'signal', room: this.#room, description };
    await from.request({ ...signal, to: to.welcome.peer }, 'delivered');
    const { peer, instance } = from.welcome;
    assert.deepEqual(await to.next('signal'), { ...signal, from: peer, fromInstance: instance });
  }
}

const sdpOf = (call: number) => `v=0\r\no=- ${call} 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n`;
