import type { Signal } from './api.ts';
import type { Timers } from './timers.ts';

/** How long the polite end may have the first word: a client without rollback could not take an offer back. */
const FIRST_WORD_MS = 1_000;
/** Of a channel that the other end is not told of; the number is the last that every browser has. */
const UNHEARD_OF: RTCDataChannelInit = { negotiated: true, id: 1_023 };

/** What a negotiation is told, and whom it tells. */
export interface NegotiationSurroundings {
  readonly isPolite: boolean;
  readonly timers: Timers;
  /** @param givenUp called if it will not arrive */
  send(signal: Signal, givenUp?: () => void): void;
  /** A description will not arrive: {@link Negotiation.release} says it again. */
  lost(): void;
  failed(error: unknown): void;
}

/**
 * Perfect negotiation (W3C WebRTC, section 10.7): either end offers whenever it has something to offer, and where two offers
 * cross, the polite end takes its own back.
 *
 * The W3C's `makingOffer` and `isSettingRemoteAnswerPending` are not here because what they stand for cannot happen: one step is
 * finished before the next begins, so an offer is never looked at while another description is half set. Browsers have
 * such a chain inside; the stacks of Node have none.
 */
export class Negotiation {
  readonly #connection: RTCPeerConnection;
  readonly #around: NegotiationSurroundings;
  /** The step that is being done, and all that wait behind it. */
  #steps: Promise<void>;
  /** There is something to offer. Whatever is still missing after an exchange, the platform says again by itself. */
  #isNeeded = false;
  #mayOffer: boolean;
  #isHolding = false;
  /** The last description of ours that the other end was told. */
  #said: Signal | undefined;
  /** It was an answer, and will not arrive. */
  #isUnheard = false;
  /** It has heard an offer, and not answered yet. */
  #isOffering = false;
  #ignoresOffer = false;

  /** @param prepared what to wait for before the first step */
  constructor(connection: RTCPeerConnection, prepared: Promise<void>, around: NegotiationSurroundings) {
    this.#connection = connection;
    this.#around = around;
    this.#steps = prepared;
    this.#mayOffer = around.isPolite;
    connection.addEventListener('negotiationneeded', () => {
      this.#isNeeded = true;
      this.#offerSoon();
    });
    // node-datachannel knows no `negotiationneeded`: with its first channel it has made an offer, and waits for nobody.
    connection.addEventListener('signalingstatechange', () => {
      if (connection.signalingState === 'have-local-offer') this.#offerSoon();
    });
    connection.addEventListener('icecandidate', ({ candidate }) => {
      // Before the first description nobody could use it, and the description will hold it.
      if (this.#said) around.send({ candidate: toPlain(candidate && candidate.toJSON()) });
    });
  }

  /** A description or candidate of the other end; resolves when it has been used. */
  async receive(signal: Signal): Promise<void> {
    if ('description' in signal) await this.#step(() => this.#describe(signal.description));
    if ('candidate' in signal) await this.#step(() => this.#addCandidate(signal.candidate));
  }

  /** Looks for a network path anew, as soon as both ends can. */
  restart(): void {
    // Without a first description there is nothing to do anew.
    if (!this.#connection.remoteDescription) return;
    try {
      this.#connection.restartIce();
    } catch {
      // node-datachannel cannot: its link stays as it is, and recovers by itself or not at all.
    }
  }

  /** Goes on: the polite end has spoken, or had its time, or what was lost may be said again. */
  release(): void {
    if (this.#mayOffer) return;
    this.#mayOffer = true;
    if (this.#isHolding) this.#offerSoon();
  }

  #offerSoon(): void {
    if (this.#mayOffer) void this.#step(() => this.#offer());
    else if (!this.#isHolding) this.#around.timers.after(FIRST_WORD_MS, () => this.release());
    this.#isHolding = true;
  }

  async #offer(): Promise<void> {
    const { signalingState } = this.#connection;
    if (this.#isUnheard) this.#speak();
    // Made by node-datachannel alone, or lost; Chromium breaks what is taken back before it is offered anew.
    const isLeft = signalingState === 'have-local-offer' && !this.#isOffering;
    if (!isLeft && (!this.#isNeeded || signalingState !== 'stable')) return;
    this.#isNeeded = false;
    await this.#describeSelf();
    await this.#makeRoomForChannels();
    this.#isOffering = true;
    this.#speak();
  }

  /**
   * Has the first offer speak of channels, though there may be none: Chromium, when it must take back the offer that first does, never
   * makes another that does, and asks for one without end.
   */
  async #makeRoomForChannels(): Promise<void> {
    const { localDescription, remoteDescription } = this.#connection;
    if (remoteDescription || localDescription?.sdp.includes('m=application')) return;
    this.#connection.createDataChannel('parley.', UNHEARD_OF);
    await this.#describeSelf();
  }

  async #describe(description: RTCSessionDescriptionInit): Promise<void> {
    this.release();
    if (description.type !== 'offer') return this.#takeAnswer(description);
    this.#ignoresOffer = this.#isOffering && !this.#around.isPolite;
    if (this.#ignoresOffer) return;
    await this.#takeOffer(description);
    if (this.#connection.signalingState === 'have-remote-offer') await this.#describeSelf();
    this.#speak();
  }

  async #takeOffer(offer: RTCSessionDescriptionInit): Promise<void> {
    const connection = this.#connection;
    // Browsers take the own offer back by themselves; wrtc must be told, before it is given the other one.
    const isCrossed = connection.signalingState === 'have-local-offer';
    const back = isCrossed && connection.setLocalDescription({ type: 'rollback' });
    await Promise.all([back, connection.setRemoteDescription(offer)]);
    this.#isOffering = false;
    this.#isNeeded = false;
  }

  async #takeAnswer(answer: RTCSessionDescriptionInit): Promise<void> {
    // A second answer to one offer: a plain client that said it twice because it could not know.
    if (!this.#isOffering) return;
    this.#ignoresOffer = false;
    await this.#connection.setRemoteDescription(answer);
    // After a provisional answer the final one is still to come.
    this.#isOffering = this.#connection.signalingState !== 'stable';
  }

  async #addCandidate(candidate: RTCIceCandidateInit | null): Promise<void> {
    try {
      await this.#connection.addIceCandidate(toPlain(candidate));
    } catch (error) {
      // Candidates of an offer that was ignored fit nothing here.
      if (!this.#ignoresOffer) throw error;
    }
  }

  /** Sets the offer or the answer that is due. */
  async #describeSelf(): Promise<void> {
    const connection = this.#connection;
    try {
      await connection.setLocalDescription();
    } catch (error) {
      // wrtc wants to be told what to set.
      if (!(error instanceof TypeError)) throw error;
      const isAnswer = connection.signalingState === 'have-remote-offer';
      await connection.setLocalDescription(
        await (isAnswer ? connection.createAnswer() : connection.createOffer()),
      );
    }
  }

  #speak(): void {
    const description = this.#connection.localDescription;
    if (!description) return;
    const said = { description: { type: description.type, sdp: description.sdp } };
    this.#said = said;
    this.#isUnheard = false;
    this.#around.send(said, () => void this.#step(async () => this.#lose(said)));
  }

  /** It will not arrive, and nobody will answer. */
  #lose(said: Signal): void {
    if (said !== this.#said) return;
    this.#mayOffer = false;
    this.#isHolding = true;
    this.#isUnheard = !this.#isOffering;
    this.#isOffering = false;
    this.#around.lost();
  }

  /** One step after the other; one that fails is told, and those behind it go on. */
  #step(task: () => Promise<void>): Promise<void> {
    const isOver = () => this.#connection.signalingState === 'closed';
    this.#steps = this.#steps
      .then(() => (isOver() ? undefined : task()))
      .catch((error: unknown) => {
        if (!isOver()) this.#around.failed(error);
      });
    return this.#steps;
  }
}

/** As every stack understands it; `null` is the end of candidates. */
function toPlain(candidate: RTCIceCandidateInit | null): RTCIceCandidateInit | null {
  if (!candidate) return null;
  // node-datachannel leaves members null that wrtc wants to be numbers, and writes the line of the SDP, `a=` included.
  const known = Object.entries(candidate).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(known), candidate: (candidate.candidate ?? '').replace(/^a=/, '') };
}
