/**
 * Records what real WebRTC stacks say to each other, for the golden set of the protocol:
 *
 *   node test/support/record-golden.mjs [chromium] [node-datachannel] [wrtc]
 *
 * Two connections of one stack meet; every description and candidate is written down as the application would send
 * it, JSON.stringify and back. Addresses are replaced by those that RFC 5737 and RFC 3849 keep for documentation;
 * `.local` names stay, since they are half of what is recorded.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const GOLDEN = new URL('../../packages/protocol/src/golden/', import.meta.url);
const require = createRequire(import.meta.url);

const RECORDERS = { chromium, 'node-datachannel': nodeDatachannel, wrtc };
const wanted = process.argv.slice(2);

for (const [stack, record] of Object.entries(RECORDERS)) {
  if (wanted.length > 0 && !wanted.includes(stack)) continue;
  const { version, signals } = await record();
  const text = withoutAddresses(JSON.stringify({ stack, version, recorded: true, signals }, null, 2));
  writeFileSync(new URL(`${stack}.json`, GOLDEN), `${text}\n`);
  console.log(`${stack} ${version}: ${signals.length} signals`);
}
// The native stacks keep threads that outlive their connections.
process.exit(0);

/** Two pages' worth of connections in one page: once with names for addresses and data only, once with media. */
async function chromium() {
  const { chromium: browserType } = await import('playwright-core');
  const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  const media = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  const signals = [];
  let version = '';
  for (const more of [[], [...media, '--disable-features=WebRtcHideLocalIpsWithMdns']]) {
    const browser = await browserType.launch({
      executablePath: process.env.PARLEY_TEST_CHROMIUM ?? '/usr/bin/chromium',
      args: [...quiet, '--disable-component-update', '--disable-sync', ...more],
    });
    try {
      version = browser.version();
      const page = await browser.newPage();
      signals.push(...(await page.evaluate(`(${meet.toString()})(RTCPeerConnection, ${more.length > 0})`)));
    } finally {
      await browser.close();
    }
  }
  return { version, signals };
}

async function wrtc() {
  const { RTCPeerConnection } = require('@roamhq/wrtc');
  return { version: versionOf('@roamhq/wrtc'), signals: await meet(RTCPeerConnection, true) };
}

/** The native interface, which differs from the W3C's: text for descriptions, `a=` before candidates. */
async function nodeDatachannel() {
  const { PeerConnection } = require('node-datachannel');
  const signals = [];
  const [a, b] = ['a', 'b'].map((name) => new PeerConnection(name, { iceServers: [] }));
  const done = new Promise((resolve) => a.onStateChange((state) => state === 'connected' && resolve()));
  for (const [from, to] of [
    [a, b],
    [b, a],
  ]) {
    from.onLocalDescription((sdp, type) => {
      signals.push({ description: { type, sdp } });
      to.setRemoteDescription(sdp, type);
    });
    from.onLocalCandidate((candidate, mid) => {
      signals.push({ candidate: { candidate, sdpMid: mid } });
      to.addRemoteCandidate(candidate, mid);
    });
  }
  a.createDataChannel('golden');
  await done;
  a.close();
  b.close();
  return { version: versionOf('node-datachannel'), signals };
}

/** Runs in the page as well as here: two W3C connections meet, with every candidate, null and all, said aloud. */
async function meet(Connection, withMedia) {
  const signals = [];
  const say = (signal) => signals.push(JSON.parse(JSON.stringify(signal)));
  const [a, b] = [new Connection(), new Connection()];
  const gathered = [a, b].map(
    (connection) =>
      new Promise((resolve) => {
        connection.onicecandidate = ({ candidate }) => {
          say({ candidate });
          if (candidate === null) resolve();
        };
      }),
  );
  a.createDataChannel('golden');
  if (withMedia) {
    a.addTransceiver('audio');
    a.addTransceiver('video');
  }
  await a.setLocalDescription(await a.createOffer());
  say({ description: a.localDescription });
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription(await b.createAnswer());
  say({ description: b.localDescription });
  await a.setRemoteDescription(b.localDescription);
  await Promise.all(gathered);
  a.close();
  b.close();
  return signals;
}

/** The same address becomes the same substitute everywhere. 0.0.0.0 and loopback say nothing and stay. */
function withoutAddresses(text) {
  const substitutes = new Map();
  const substitute = (address, make) => {
    if (!substitutes.has(address)) substitutes.set(address, make(substitutes.size + 1));
    return substitutes.get(address);
  };
  return text
    .replace(/\b(?!0\.0\.0\.0|127\.)\d{1,3}(?:\.\d{1,3}){3}\b/g, (v4) =>
      substitute(v4, (n) => `192.0.2.${n}`),
    )
    .replace(/(?<= )(?!::1 )(?=[0-9a-f]*:[0-9a-f:]*:)[0-9a-f:]{3,39}(?= )/g, (v6) =>
      substitute(v6, (n) => `2001:db8::${n.toString(16)}`),
    );
}

/** Read from the file, because not every package lets its package.json be imported. */
function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8'))
    .version;
}
