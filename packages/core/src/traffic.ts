/** What went over one socket. */
export interface Sums {
  readonly framesReceived: number;
  readonly bytesReceived: number;
  readonly framesSent: number;
  readonly bytesSent: number;
}

/** Counts what goes over one socket. */
export class Traffic implements Sums {
  framesReceived = 0;
  bytesReceived = 0;
  framesSent = 0;
  bytesSent = 0;

  /** As it is now. */
  sums(): Sums {
    const { framesReceived, bytesReceived, framesSent, bytesSent } = this;
    return { framesReceived, bytesReceived, framesSent, bytesSent };
  }

  received(bytes: number): void {
    this.framesReceived += 1;
    this.bytesReceived += bytes;
  }

  sent(text: string | Uint8Array): void {
    this.framesSent += 1;
    this.bytesSent += typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength;
  }
}
