import type { Peer } from '@parley/client';

import { page } from './page.ts';

/** What the other side shows and says. */
export class TheirVideo {
  #peer: Peer | undefined;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    page.sound.addEventListener('click', () => this.#play(false));
  }

  get isThere(): boolean {
    return page.theirVideo.srcObject !== null;
  }

  meet(peer: Peer): void {
    this.#peer = peer;
    this.#show(undefined);
    const isCurrent = () => peer === this.#peer;
    peer.on('stream', (stream) => isCurrent() && this.#show(stream));
    peer.on('stream-removed', () => isCurrent() && this.#show(peer.streams.at(-1)));
    peer.on('left', (reason) => isCurrent() && reason !== 'lost' && this.#show(undefined));
  }

  #show(stream: MediaStream | undefined): void {
    const showPicture = () => {
      page.noPicture.textContent = stream ? 'Camera is off' : 'No picture from the other side yet';
      page.noPicture.hidden = (stream?.getVideoTracks().length ?? 0) > 0;
    };
    for (const change of ['addtrack', 'removetrack']) stream?.addEventListener(change, showPicture);
    showPicture();
    if (page.theirVideo.srcObject !== (stream ?? null)) {
      page.theirVideo.srcObject = stream ?? null;
      if (stream) this.#play(false);
    }
    this.#changed();
  }

  /** Browsers let no page sound that nobody has touched yet; then it begins without sound, and there is a button. */
  #play(isMuted: boolean): void {
    page.theirVideo.muted = isMuted;
    page.sound.hidden = !isMuted;
    page.theirVideo.play().catch((error: unknown) => {
      // Another stream came while this one was about to play: then that one plays.
      const isForbidden = error instanceof DOMException && error.name === 'NotAllowedError';
      if (isForbidden && !isMuted) this.#play(true);
    });
  }
}
