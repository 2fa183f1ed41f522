import type { Channel, Peer } from '@parley/client';

/** What somebody sends in a call: `audio` and `video`, each as long as it is on. */
export type Sent = ReadonlySet<string>;

/**
 * Each side tells the other from browser to browser what it sends.
 *
 * The end of a track is told by way of the server. While that is stopped, the last picture of a call that has ended would stand still on the
 * other side.
 */
export class CallLine {
  readonly #channel: Channel;
  #mine = NOTHING;

  constructor(peer: Peer, heard: (sent: Sent) => void) {
    this.#channel = peer.channel('call');
    this.#channel.on('message', (message) => {
      if (typeof message === 'string') heard(new Set(message.split(' ').filter((kind) => KINDS.has(kind))));
    });
    void this.#channel.ready.then(() => this.#say());
  }

  tell(sent: Sent): void {
    const mine = [...sent].toSorted().join(' ') || NOTHING;
    if (mine === this.#mine) return;
    this.#mine = mine;
    this.#say();
  }

  #say(): void {
    if (this.#channel.isOpen) this.#channel.send(this.#mine);
  }
}

const KINDS: Sent = new Set(['audio', 'video']);
const NOTHING = 'nothing';
