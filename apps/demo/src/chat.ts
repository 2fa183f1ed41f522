import type { Channel, Peer } from '@parley/client';

import { showText } from './messages.ts';

export interface ChatEvents {
  /** Both sides can write. */
  opened(): void;
  /** {@link Chat.isOpen} may be another. */
  changed(): void;
}

/** Nothing longer is shown, whoever sends it. */
const MAX_TEXT_CHARS = 4_000;

/** The texts between this page and one peer. */
export class Chat {
  readonly #channel: Channel;

  constructor(peer: Peer, events: ChatEvents) {
    const changed = () => events.changed();
    this.#channel = peer.channel('chat');
    this.#channel.on('message', (message) => {
      if (typeof message === 'string') showText('theirs', message.slice(0, MAX_TEXT_CHARS));
    });
    this.#channel.on('closed', changed);
    this.#channel.ready.then(() => events.opened(), changed);
  }

  get isOpen(): boolean {
    return this.#channel.isOpen;
  }

  say(text: string): void {
    this.#channel.send(text);
    showText('mine', text);
  }
}
