/** What went over one socket so far. */
export class Traffic {
  framesReceived = 0;
  bytesReceived = 0;
  framesSent = 0;
  bytesSent = 0;

  received(bytes: number): void {
    this.framesReceived += 1;
    this.bytesReceived += bytes;
  }

  sent(text: string | Uint8Array): void {
    this.framesSent += 1;
    this.bytesSent += typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength;
  }
}
