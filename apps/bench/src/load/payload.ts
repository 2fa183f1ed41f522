import type { Chance } from '@parley/test/faults/support/chance.ts';

/** What the peers say to each other, as JSON text: the same for every contestant. */
export interface Payloads {
  readonly offer: string;
  readonly answer: string;
  /** Eight, as a browser with two interfaces and a STUN server gathers them. */
  readonly candidates: readonly string[];
}

/** Bytes of a description in JSON: what Chromium offers for a data channel and a call is between 1.2 and 6 KB. */
const DESCRIPTION_BYTES = 1_400;

/** Descriptions of 1.4 KB and candidates of about 150 bytes. */
export function payloads(chance: Chance): Payloads {
  return {
    offer: description('offer', chance),
    answer: description('answer', chance),
    candidates: Array.from({ length: 8 }, (_, index) => candidate(index, chance)),
  };
}

function description(type: 'offer' | 'answer', chance: Chance): string {
  const fingerprint = Array.from({ length: 32 }, () => hex(chance).toUpperCase()).join(':');
  const lines = [
    'v=0',
    `o=- ${digits(chance, 19)} 2 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=group:BUNDLE 0 1',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${letters(chance, 4)}`,
    `a=ice-pwd:${letters(chance, 24)}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${type === 'offer' ? 'actpass' : 'active'}`,
    'a=mid:0',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=rtpmap:63 red/48000/2',
    'a=rtpmap:9 G722/8000',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:1',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
  ];
  const text = (more: string) =>
    JSON.stringify({ type, sdp: `${[...lines, `a=msid:${more}`].join('\r\n')}\r\n` });
  return text(letters(chance, DESCRIPTION_BYTES - text('').length));
}

function candidate(index: number, chance: Chance): string {
  const kind = index < 4 ? 'typ host' : 'typ srflx raddr 0.0.0.0 rport 0';
  const port = 30_000 + chance.below(30_000);
  return JSON.stringify({
    candidate: `candidate:${digits(chance, 9)} 1 udp 2122260223 192.0.2.${index + 1} ${port} ${kind} generation 0`,
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment: letters(chance, 4),
  });
}

const hex = (chance: Chance) => chance.below(256).toString(16).padStart(2, '0');
const digits = (chance: Chance, count: number) => pick('123456789', chance, count);
const letters = (chance: Chance, count: number) =>
  pick('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', chance, count);

function pick(from: string, chance: Chance, count: number): string {
  return Array.from({ length: count }, () => from[chance.below(from.length)]).join('');
}
