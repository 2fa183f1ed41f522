import { connect, type Parley, type Peer } from '@parley/client';

/** What is there right now and should not be there for ever. */
export interface Remains {
  readonly timers: number;
  readonly peerConnections: number;
  readonly sockets: number;
}

declare global {
  interface Window {
    /** So many visits: two connect, call each other, talk, and close; or forget to close. */
    visit(times: number, forgetful?: boolean): Promise<void>;
    remains(): Remains;
  }
}

const timers = new Set<unknown>();
const peerConnections = new Set<object>();
const sockets = new Set<object>();
watchTimers();
watchSockets();
watchPeerConnections();

window.remains = () => ({
  timers: timers.size,
  peerConnections: peerConnections.size,
  sockets: sockets.size,
});

const sound = new AudioContext().createMediaStreamDestination().stream;
const forgotten: Parley[] = [];

window.visit = async (times, forgetful = false) => {
  for (let count = 0; count < times; count++) {
    const two = await call();
    if (forgetful) forgotten.push(...two);
    else for (const parley of two) parley.close();
  }
};

/** Both ends of a call, once each has heard the other. */
async function call(): Promise<readonly Parley[]> {
  const two = await Promise.all([connect(location.origin), connect(location.origin)]);
  const [host, guest] = two;
  const room = await host.create();
  const ends = [room, await guest.join(room.code)];
  await Promise.all(
    ends.map(async (end) => {
      const peer = await new Promise<Peer>((resolve) => end.on('peer', resolve));
      peer.addStream(sound);
      const seen = new Promise((resolve) => peer.on('stream', resolve));
      const chat = peer.channel('chat');
      const heard = new Promise((resolve) => chat.on('message', resolve));
      await chat.ready;
      chat.send('hello');
      await Promise.all([heard, seen]);
    }),
  );
  return two;
}

function watchTimers(): void {
  const start = window.setTimeout.bind(window);
  const end = window.clearTimeout.bind(window);
  window.setTimeout = ((task: () => void, delayMs?: number) => {
    const timer = start(() => {
      timers.delete(timer);
      task();
    }, delayMs);
    timers.add(timer);
    return timer;
  }) as typeof setTimeout;
  window.clearTimeout = (timer) => {
    timers.delete(timer);
    end(timer);
  };
  window.setInterval = () => {
    throw new Error('an interval is a timer that nobody counts here');
  };
}

function watchSockets(): void {
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      sockets.add(this);
      this.addEventListener('close', () => sockets.delete(this));
    }
  };
}

function watchPeerConnections(): void {
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peerConnections.add(this);
    }

    override close(): void {
      peerConnections.delete(this);
      super.close();
    }
  };
}
