const DESCRIPTION_CHARACTERS = 1_400;

/** What two peers say to introduce themselves: a description each, and eight candidates. */
export const offer = { description: { type: 'offer', sdp: sdp() } } as const;
export const answer = { description: { type: 'answer', sdp: sdp() } } as const;
export const candidates = Array.from({ length: 8 }, (_, index) => ({
  candidate: {
    candidate: `candidate:84216300${index} 1 udp 2122260223 192.0.2.${index + 1} 5400${index} typ host generation 0`,
    sdpMid: '0',
    sdpMLineIndex: 0,
  },
}));

function sdp(): string {
  const lines = ['v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=ice-ufrag:Xq7a'];
  const head = `${lines.join('\r\n')}\r\na=msid:`;
  return `${head}${'m'.repeat(DESCRIPTION_CHARACTERS - head.length)}\r\n`;
}
