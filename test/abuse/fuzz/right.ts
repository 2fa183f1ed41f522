/** Who takes part when a message is written down. */
export interface Cast {
  readonly room: string;
  readonly self: string;
  /** Others in the room, or who were. */
  readonly others: readonly string[];
  /** A number that no message had before: its `id`, when it has one. */
  readonly serial: number;
}

/** A member: its name, and its value as JSON text, right or wrong. */
export type Member = readonly [name: string, value: string];

export const SDP = JSON.stringify('v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n');
export const CANDIDATE = '"candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host"';

/** The messages of a client, as they should be, in a few forms each. */
export const RIGHT = {
  join: [
    ({ room }: Cast) => [
      ['room', text(room)],
      ['capacity', '64'],
      ['meta', '{"name":"Ada"}'],
    ],
    () => [['capacity', '2']],
    ({ serial }: Cast) => [
      ['room', text(`own-${serial}`)],
      ['create', 'true'],
    ],
    () => [['room', '"2345-6789"']],
  ],
  leave: [
    ({ room }: Cast) => [['room', text(room)]],
    ({ serial }: Cast) => [['room', text(`own-${serial}`)]],
  ],
  update: [
    ({ room }: Cast) => [
      ['room', text(room)],
      ['meta', '[1,"a",null]'],
    ],
  ],
  match: [
    () => [
      ['queue', '"fuzz"'],
      ['size', '3'],
      ['meta', '{}'],
      ['timeoutMs', '5'],
    ],
    () => [['queue', '"fuzz"']],
  ],
  unmatch: [
    () => [
      ['queue', '"fuzz"'],
      ['size', '3'],
    ],
    () => [['queue', '"fuzz"']],
  ],
  signal: [
    (cast: Cast) => [...to(cast), ['description', `{"type":"offer","sdp":${SDP}}`], ['seq', '1']],
    (cast: Cast) => [
      ...to(cast),
      ['candidate', `{"candidate":${CANDIDATE},"sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"4ZcD"}`],
    ],
    (cast: Cast) => [...to(cast), ['candidate', 'null'], ['ack', '7']],
    (cast: Cast) => [...to(cast), ['custom', '{"sealed":[1,2,{"three":"\\u0000"}]}']],
    (cast: Cast) => [...to(cast), ['ack', '1']],
  ],
  refresh: [() => [['token', '"a-token-that-nobody-gave-out"']]],
  ice: [() => []],
  ping: [() => []],
  bye: [() => []],
} satisfies Record<string, readonly ((cast: Cast) => Member[])[]>;

const to = ({ room, self, others, serial }: Cast): Member[] => [
  ['room', text(room)],
  ['to', text(others[serial % Math.max(others.length, 1)] ?? self)],
];

/** As JSON. */
export function text(content: string): string {
  return JSON.stringify(content);
}
