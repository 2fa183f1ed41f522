/** What of `simple-peer` the tests use; it brings no types. */
declare module 'simple-peer/simplepeer.min.js' {
  import type { SimplePeer } from '@parley/client/simple-peer';

  export interface SimplePeerOptions {
    readonly initiator: boolean;
    readonly trickle?: boolean;
    readonly config?: RTCConfiguration;
    readonly stream?: MediaStream;
  }

  export default class Simple implements SimplePeer {
    readonly connected: boolean;
    readonly destroyed: boolean;
    constructor(options: SimplePeerOptions);
    on(event: 'signal', listener: (data: never) => void): this;
    on(event: 'close' | 'connect', listener: () => void): this;
    on(event: 'data', listener: (data: Uint8Array) => void): this;
    on(event: 'stream', listener: (stream: MediaStream) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    signal(data: unknown): void;
    send(data: string): void;
    addStream(stream: MediaStream): void;
    destroy(): void;
  }
}
