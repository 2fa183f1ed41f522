/** A session description as short as they may be. */
export const SDP = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';

export const OFFER = { type: 'offer', sdp: SDP };

export const CANDIDATE = {
  candidate: 'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host generation 0 network-cost 999',
  sdpMid: '0',
  sdpMLineIndex: 0,
  usernameFragment: '4ZcD',
};

/** Claims that allow everything. */
export const ANYTHING = { rooms: ['*'], queues: ['*'], codes: true };

/** What a server grants beyond the `exp` of a token. */
export const LEEWAY_MS = 30_000;
