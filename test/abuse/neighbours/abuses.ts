import { WebSocket } from 'ws';

/** What an abuser does as fast as it can, and how often it did. */
export interface Abuse {
  readonly done: number;
  stop(): void;
}

/** Where, and as whom. */
export interface Target {
  readonly url: string;
  readonly token: string;
  readonly address: string;
}

/** The sockets that an abuser keeps open, or tries to. */
const SOCKETS = 16;
/** Unsent bytes at which a socket waits for the node to read. */
const MOST_UNSENT_BYTES = 262_144;

/** Messages of one socket before another has its turn. */
const MOST_IN_ONE_TURN = 64;

const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const anyCode = () => `${anyLetters()}-${anyLetters()}`;
const anyLetters = () =>
  Array.from({ length: 4 }, () => CODE_LETTERS[Math.floor(Math.random() * CODE_LETTERS.length)]).join('');

let rooms = 0;

/** Every kind, by its name. */
export const ABUSES = {
  upgrades: (target) => abuse(target),
  'valid messages': (target) => abuse(target, () => '{"type":"ping"}'),
  'bad messages': (target) => abuse(target, () => '{"type":"ping","colour":"red"}'),
  joins: (target) => abuse(target, () => JSON.stringify({ type: 'join', room: `abused-${++rooms}` })),
  'code guesses': (target) => abuse(target, () => JSON.stringify({ type: 'join', room: anyCode() })),
  'oversized frames': (target) => abuse(target, () => OVERSIZED),
} as const satisfies Record<string, (target: Target) => Abuse>;

export type AbuseName = keyof typeof ABUSES;

const OVERSIZED = ' '.repeat(100_000);

/** Says this on every socket again and again, and opens another for each that ends. Without anything to say it only opens them. */
function abuse({ url, token, address }: Target, say?: () => string): Abuse {
  const sockets = new Set<WebSocket>();
  let done = 0;
  let isStopped = false;

  function open(): void {
    if (isStopped) return;
    const socket = new WebSocket(
      `${url.replace(/^http/, 'ws')}/v1/connect`,
      ['parley.v1', `parley.token.${token}`],
      {
        headers: { 'x-forwarded-for': address },
      },
    );
    sockets.add(socket);
    if (!say) done += 1;
    socket.on('open', () => (say ? speak(socket, say) : socket.terminate()));
    socket.on('message', () => {});
    socket.on('error', () => {}); // 'close' follows
    socket.once('close', () => {
      sockets.delete(socket);
      setImmediate(open);
    });
  }

  function speak(socket: WebSocket, what: () => string): void {
    for (let turn = 0; turn < MOST_IN_ONE_TURN && socket.bufferedAmount < MOST_UNSENT_BYTES; turn += 1) {
      socket.send(what());
      done += 1;
    }
    if (!isStopped && socket.readyState === socket.OPEN) setImmediate(speak, socket, what);
  }

  for (let index = 0; index < SOCKETS; index += 1) open();
  return {
    get done() {
      return done;
    },
    stop() {
      isStopped = true;
      for (const socket of sockets) socket.terminate();
    },
  };
}
