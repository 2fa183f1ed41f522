import { readFileSync } from 'node:fs';

import { afterAll, describe, expect, it } from 'vitest';

import { shippedPath } from '../support/shipped.ts';
import { Consumer } from './support/consumer.ts';

/** What a page or a program has of its own. */
const SURROUNDINGS = `
declare const token: string;
declare const parley: import('@parley/client').Parley;
declare const room: import('@parley/client').Room;
declare const peer: import('@parley/client').Peer;
declare const video: HTMLVideoElement;
declare const input: HTMLInputElement & { files: FileList };
declare const bar: HTMLProgressElement;
declare const link: HTMLAnchorElement;
declare function show(id: string, said: string | ArrayBuffer): void;
type OurSimplePeer = import('@parley/client/simple-peer').SimplePeer;
interface SimplePeerItself extends OurSimplePeer {
  on(event: 'connect' | 'close' | 'signal', listener: (data?: unknown) => void): this;
  send(data: string): void;
}
declare const SimplePeer: new (options: object) => SimplePeerItself;
`;

const STRICT = `
import { connect, type ConnectOptions, type JoinOptions } from '@parley/client';
import { connect as connectForSignals } from '@parley/client/signaling';
import { onFile, sendFile } from '@parley/client/files';
import wrtc from '@roamhq/wrtc';
import { RTCPeerConnection as Polyfill } from 'node-datachannel/polyfill';
import { WebSocket as SocketOfNode } from 'ws';

interface Card { readonly name: string; readonly colour?: string | undefined }
const card: Card = { name: 'Ada', colour: undefined };
declare const signal: AbortSignal | undefined;
declare const timeoutMs: number | undefined;
declare const isWanted: boolean | undefined;

const how: ConnectOptions = { token: process.env.TOKEN, signal, timeoutMs, restart: isWanted };
const parley = await connect('wss://host', { ...how, webSocket: SocketOfNode, rtc: { RTCPeerConnection: Polyfill } });
await connect('wss://host', { webSocket: WebSocket, rtc: { RTCPeerConnection } });
await connect('wss://host', { rtc: wrtc, rtcConfiguration: undefined });
await connect('wss://host', { getToken: undefined, seal: undefined, open: undefined, rtc: undefined });
await connectForSignals('wss://host', { webSocket: SocketOfNode });

const join: JoinOptions = { create: isWanted, capacity: timeoutMs, meta: card, signal };
const room = await parley.join('lobby', join);
await parley.create({ secret: isWanted, meta: [card], signal });
await parley.match('chess', { size: timeoutMs, timeoutMs, meta: 'Ada', signal });
await room.update(card);
room.on('peer', (peer) => {
  peer.signal(card);
  peer.signal(null);
  onFile(peer, (file) => void file.accept({ signal, onProgress: undefined }), { maxBytes: timeoutMs });
  void sendFile(peer, new Blob([]), { name: process.env.NAME, signal });
});
`;

/** Programs that use the built client, as the compiler sees them. */
describe('the types of the client', () => {
  const consumer = new Consumer('@types/ws', 'ws', '@types/node', 'node-datachannel', '@roamhq/wrtc');
  afterAll(() => consumer.remove());

  // What others ship is not ours to check: skipLibCheck.
  const compile = (name: string, text: string, ...options: string[]) => {
    consumer.write(name, text);
    return consumer.compile([name, 'surroundings.d.ts'], '--skipLibCheck', '--types', 'node', ...options);
  };
  consumer.write('surroundings.d.ts', SURROUNDINGS);

  it('fit a program that is as strict as can be', () => {
    expect(compile('strict.ts', STRICT, '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess')).toBe(
      '',
    );
  });

  it.each([
    ['await parley.join(5);', "not assignable to parameter of type 'string'"],
    ['await parley.join("a", { meta: () => {}, size: 2 });', "'size' does not exist"],
    ['await connect("wss://host", { webSocket: Date });', 'WebSocketConstructor'],
    [
      'await connect("wss://host", { rtc: { RTCPeerConnection: EventTarget } });',
      'PeerConnectionConstructor',
    ],
  ])('and hold it to them: %s', (line, complaint) => {
    expect(compile('wrong.ts', `${STRICT}${line}`)).toContain(complaint);
  });

  it.each(blocksOfReadme().map((block, index) => [index + 1, block] as const))(
    'fit what the README says, block %i',
    (_, block) => {
      // It is JavaScript: parameters have no types, and nobody has said of what shape the other end's signals are.
      const options = ['--allowJs', '--checkJs', '--noImplicitAny', 'false'];
      const complaints = compile('readme.js', `${block}\nexport {};\n`, ...options).split('\n');
      expect(complaints.filter((line) => !line.endsWith("does not exist on type 'Json'."))).toEqual(['']);
    },
  );
});

/** The programs in it. */
function blocksOfReadme(): string[] {
  const readme = readFileSync(shippedPath('packages/client/README.md'), 'utf8');
  return [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, block = '']) => block);
}
