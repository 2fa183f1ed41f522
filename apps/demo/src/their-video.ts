import type { Peer } from '@parley/client';

import type { Sent } from './call-line.ts';
import { page } from './page.ts';

/** What the other side shows and says. */
export class TheirVideo {
  #peer: Peer | undefined;
  #stream: MediaStream | undefined;
  /** As the other side told it, and before it has: all there is. */
  #sent: Sent | undefined;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    page.sound.addEventListener('click', () => this.#play(false));
  }

  get isThere(): boolean {
    return this.#stream !== undefined && this.#sent?.size !== 0;
  }

  meet(peer: Peer): void {
    this.#peer = peer;
    this.#sent = undefined;
    this.#show(undefined);
    const isCurrent = () => peer === this.#peer;
    peer.on('stream', (stream) => isCurrent() && this.#show(stream));
    peer.on('stream-removed', () => isCurrent() && this.#show(peer.streams.at(-1)));
    peer.on('left', (reason) => isCurrent() && reason !== 'lost' && this.#show(undefined));
  }

  /** The other side says what it sends; the tracks may say so later, or never. */
  told(sent: Sent): void {
    this.#sent = sent;
    this.#show(this.#stream);
  }

  #show(stream: MediaStream | undefined): void {
    this.#stream = stream;
    for (const change of ['addtrack', 'removetrack']) stream?.addEventListener(change, this.#showPicture);
    this.#showPicture();
    const shown = this.isThere ? (stream ?? null) : null;
    if (page.theirVideo.srcObject !== shown) {
      page.theirVideo.srcObject = shown;
      if (shown) this.#play(false);
    }
    this.#changed();
  }

  readonly #showPicture = () => {
    const hasCamera = (this.#stream?.getVideoTracks().length ?? 0) > 0 && this.#sent?.has('video') !== false;
    page.noPicture.textContent = this.isThere ? 'Camera is off' : 'No picture from the other side yet';
    page.noPicture.hidden = this.isThere && hasCamera;
  };

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
