/**
 * A program with the SDK outside of a browser, as a process of its own: the stacks of Node bring threads that do not agree with each other,
 * nor with a test runner.
 *
 *   node links-talker.js <test folder> <url of a node> <room> <stack>
 *
 * What happens is told on standard output, a JSON object a line; SIGTERM has it close.
 */
import { createRequire } from 'node:module';

import { connect, type Peer } from '@parley/client';

const [folder = '', url = '', room = '', stack = ''] = process.argv.slice(2);
const require = createRequire(folder);
const tell = (fact: object) => console.log(JSON.stringify(fact));

/** How many numbers each says. */
const NUMBERS = 200;

const stacks: Record<string, () => { rtc: { RTCPeerConnection: typeof RTCPeerConnection }; end(): void }> = {
  'node-datachannel': () => ({
    rtc: require('node-datachannel/polyfill'),
    // Its threads keep the process until they are told.
    end: () => require('node-datachannel').cleanup(),
  }),
  '@roamhq/wrtc': () => ({
    rtc: require('@roamhq/wrtc'),
    // A process that has used it crashes or hangs at its end every now and then, with the SDK and without.
    end: () => process.kill(process.pid, 'SIGKILL'),
  }),
};

const platform = stacks[stack]?.();
if (!platform) throw new Error(`no such stack: ${stack}`);
const parley = await connect(url, { webSocket: require('ws'), rtc: platform.rtc });
const { id } = parley;
const meeting = await parley.join(room);
meeting.on('peer', (peer) => {
  talk(peer).catch((error: Error) => tell({ event: 'error', message: error.message }));
});
tell({ event: 'joined', id });

process.once('SIGTERM', () => {
  const links = [...meeting.peers.values()];
  parley.close();
  tell({ event: 'closed', links: links.map(({ link }) => link) });
  platform.end();
});

async function talk(peer: Peer): Promise<void> {
  peer.on('error', (error) => tell({ event: 'error', message: error.message }));
  peer.on('left', (reason) => tell({ event: 'left', reason, link: peer.link }));
  peer.on('link', (state) => tell({ event: 'link', state }));
  const chat = peer.channel('chat');
  const heard: unknown[] = [];
  // wrtc mixes up what arrives while it is still making the object of a channel: so first a greeting, then what counts.
  const greeted = new Promise<void>((resolve) => {
    chat.on('message', (message) => {
      if (message === 'hello') resolve();
      else if (heard.push(typeof message === 'string' ? Number(message) : message.byteLength) > NUMBERS) {
        const isInOrder = heard.slice(0, NUMBERS).every((number, index) => number === index);
        tell({ event: 'heard', isInOrder, bytes: heard.at(-1), link: peer.link });
      }
    });
  });
  await chat.ready;
  chat.send('hello');
  await greeted;
  for (let number = 0; number < NUMBERS; number++) chat.send(String(number));
  chat.send(new Uint8Array(50_000).subarray(1));
}
