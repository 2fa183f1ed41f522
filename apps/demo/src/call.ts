import type { Peer } from '@parley/client';

import { CallLine } from './call-line.ts';
import type { Opened } from './camera.ts';
import { openBoth, openCamera } from './camera.ts';
import { page } from './page.ts';
import { TheirVideo } from './their-video.ts';
import { cameraProblem } from './words.ts';

/** The video call: what this side sends, and the buttons for it. What the other side sends is {@link TheirVideo}. */
export class Call {
  #peer: Peer | undefined;
  #line: CallLine | undefined;
  /** What is sent. Its tracks come and go, and the SDK follows them. */
  #mine: MediaStream | undefined;
  #isAsking = false;
  #canStart = false;
  readonly #theirs = new TheirVideo(() => this.#show());

  constructor() {
    page.call.addEventListener('click', () => (this.#mine ? this.end() : void this.#open(openBoth)));
    page.camera.addEventListener('click', () => this.#toggleCamera());
    page.microphone.addEventListener('click', () => this.#toggleMicrophone());
  }

  /** Goes on with somebody else, or with a new life of the same one. */
  meet(peer: Peer): void {
    this.#peer = peer;
    this.#theirs.meet(peer);
    this.#line = new CallLine(peer, (sent) => peer === this.#peer && this.#theirs.told(sent));
    if (this.#mine) peer.addStream(this.#mine);
    this.#show();
  }

  /** Whether there is somebody to call now. Whoever is in a call can always end it. */
  allow(canStart: boolean): void {
    this.#canStart = canStart;
    this.#show();
  }

  /** Stops the camera and the microphone. What the other side sends goes on. */
  end(): void {
    if (this.#mine) this.#peer?.removeStream(this.#mine);
    for (const track of this.#mine?.getTracks() ?? []) track.stop();
    this.#mine = undefined;
    this.#show();
  }

  get #camera(): MediaStreamTrack | undefined {
    return this.#mine?.getVideoTracks()[0];
  }

  get #microphone(): MediaStreamTrack | undefined {
    return this.#mine?.getAudioTracks()[0];
  }

  async #open(ask: () => Promise<Opened>): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    page.callProblem.textContent = '';
    const opened = await ask();
    this.#isAsking = false;
    if (opened.isOpen) this.#send(opened.tracks);
    else page.callProblem.textContent = cameraProblem(opened.problem);
  }

  #send(tracks: readonly MediaStreamTrack[]): void {
    this.#mine ??= new MediaStream();
    for (const track of tracks) {
      this.#mine.addTrack(track);
      // Somebody may pull out the camera.
      track.addEventListener('ended', () => this.#drop(track), { once: true });
    }
    this.#peer?.addStream(this.#mine);
    this.#show();
  }

  #drop(track: MediaStreamTrack): void {
    // Not merely disabled: the light of the camera is to go out.
    track.stop();
    this.#mine?.removeTrack(track);
    if (this.#mine?.getTracks().length === 0) this.end();
    this.#show();
  }

  #toggleCamera(): void {
    const camera = this.#camera;
    if (camera) this.#drop(camera);
    else void this.#open(openCamera);
  }

  #toggleMicrophone(): void {
    const microphone = this.#microphone;
    if (microphone) microphone.enabled = !microphone.enabled;
    this.#show();
  }

  #show(): void {
    const isOn = this.#mine !== undefined;
    this.#line?.tell(new Set(this.#mine?.getTracks().map(({ kind }) => kind)));
    page.call.disabled = !isOn && !this.#canStart;
    page.camera.disabled = this.#camera === undefined && !this.#canStart;
    for (const button of [page.call, page.camera]) button.title = button.disabled ? NEEDS_SERVER : '';
    page.videos.hidden = !isOn && !this.#theirs.isThere;
    page.callLabel.textContent = isOn
      ? 'End call'
      : this.#theirs.isThere
        ? 'Join with video'
        : 'Start a video call';
    page.camera.hidden = !isOn;
    page.camera.ariaPressed = String(this.#camera !== undefined);
    page.microphone.hidden = this.#microphone === undefined;
    page.microphone.ariaPressed = String(this.#microphone?.enabled === false);
    page.myVideo.hidden = this.#camera === undefined;
    page.noCamera.hidden = !isOn || this.#camera !== undefined;
    if (page.myVideo.srcObject !== (this.#mine ?? null)) page.myVideo.srcObject = this.#mine ?? null;
  }
}

const NEEDS_SERVER = 'What is sent anew begins by way of the server, once you are connected';
