import type { PeerEvents, Unsubscribe } from './api.ts';
import type { Emitter } from './emitter.ts';
import type { Link } from './link.ts';
import { watchTracks } from './streams-watch.ts';

/** The streams of one link: those we send, and those that come in. */
export class Streams {
  readonly #link: Link;
  readonly #peer: Emitter<PeerEvents>;
  readonly #sent = new Map<MediaStream, Unsubscribe>();
  readonly #senders = new Map<MediaStreamTrack, RTCRtpSender>();
  /** Those that have nothing to send any more. */
  readonly #idle = new Set<RTCRtpSender>();
  readonly #received = new Set<MediaStream>();

  /** @param peer tells the program of those that come in */
  constructor(link: Link, peer: Emitter<PeerEvents>) {
    this.#link = link;
    this.#peer = peer;
  }

  get received(): readonly MediaStream[] {
    return [...this.#received];
  }

  add(stream: MediaStream): void {
    if (this.#link.isClosed || this.#sent.has(stream)) return;
    const changed = () => void this.#link.use((connection) => this.#send(connection));
    this.#sent.set(stream, watchTracks(stream, changed));
    changed();
  }

  remove(stream: MediaStream): void {
    this.#sent.get(stream)?.();
    if (this.#sent.delete(stream)) void this.#link.use((connection) => this.#send(connection));
  }

  /** A track of the other end, with the streams it belongs to. */
  arrived({ streams }: RTCTrackEvent): void {
    for (const stream of streams) {
      if (this.#received.has(stream)) continue;
      this.#received.add(stream);
      stream.addEventListener('removetrack', () => {
        if (stream.getTracks().length === 0) this.#gone(stream);
      });
      this.#peer.emit('stream', stream);
    }
  }

  close(): void {
    for (const unwatch of this.#sent.values()) unwatch();
    this.#sent.clear();
    for (const stream of this.#received) this.#gone(stream);
  }

  /** Makes what is sent equal to the tracks that the streams have now. */
  #send(connection: RTCPeerConnection): void {
    const wanted = this.#wanted();
    for (const [track, sender] of this.#senders) {
      if (wanted.has(track)) continue;
      connection.removeTrack(sender);
      this.#senders.delete(track);
      this.#idle.add(sender);
    }
    for (const [track, stream] of wanted) {
      if (this.#senders.has(track)) continue;
      this.#senders.set(track, this.#reuse(connection, track, stream) ?? connection.addTrack(track, stream));
    }
  }

  /**
   * Gives the track to a sender that is idle. By itself the platform takes another one each time, and a description that grows with
   * each turning off and on of a camera is soon too big to be signalled.
   */
  #reuse(
    connection: RTCPeerConnection,
    track: MediaStreamTrack,
    stream: MediaStream,
  ): RTCRtpSender | undefined {
    const transceiver = connection
      .getTransceivers()
      .find(({ sender, receiver }) => this.#idle.has(sender) && receiver.track.kind === track.kind);
    if (!transceiver) return undefined;
    const { sender, direction } = transceiver;
    this.#idle.delete(sender);
    sender.setStreams(stream);
    transceiver.direction = direction === 'recvonly' ? 'sendrecv' : 'sendonly';
    sender.replaceTrack(track).catch(() => {}); // fails only where the connection has been closed meanwhile
    return sender;
  }

  /** Each track with the stream it is sent in: the first one that has it. */
  #wanted(): Map<MediaStreamTrack, MediaStream> {
    const wanted = new Map<MediaStreamTrack, MediaStream>();
    for (const stream of this.#sent.keys()) {
      for (const track of stream.getTracks()) if (!wanted.has(track)) wanted.set(track, stream);
    }
    return wanted;
  }

  #gone(stream: MediaStream): void {
    if (this.#received.delete(stream)) this.#peer.emit('stream-removed', stream);
  }
}
