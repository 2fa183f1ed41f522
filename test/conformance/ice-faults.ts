import { changing, type FaultRow, type Message } from './faulty-server.ts';

/** What can be wrong with ICE servers, and the case that notices. */
export const ICE_FAULTS: readonly FaultRow[] = [
  [
    'names a TURN server and no credential',
    'ice: what welcome names, an RTCPeerConnection takes',
    { frames: changing(servers(({ credential: _credential, ...rest }) => rest)) },
  ],
  [
    'names a server by what a browser throws at',
    'ice: what welcome names, an RTCPeerConnection takes',
    { frames: changing(servers((server) => ({ ...server, urls: ['turn://turn.example.org'] }))) },
  ],
  [
    'answers with credentials that are nearly over',
    'ice: asked for anew',
    { frames: changing(only('ice-servers', { expiresInMs: 1 })) },
  ],
  [
    'does not say that credentials expire',
    'ice: asked for anew',
    { frames: changing(only('ice-servers', { expiresInMs: undefined })) },
  ],
  [
    'lets expire what nobody needs to renew',
    'ice: what expires has a credential',
    { frames: changing(only('welcome', { iceServers: [] })) },
  ],
  [
    'gives everybody the same credential',
    'ice: the credentials of two peers',
    { frames: changing(servers((server) => ({ ...server, credential: 'of-everybody' }))) },
  ],
  [
    'forgets its TURN servers when somebody comes back',
    'ice: who comes back',
    {
      frames: changing((message) =>
        message['resumed'] === true ? { ...message, iceServers: [], iceExpiresInMs: undefined } : message,
      ),
    },
  ],
];

/** Every ICE server that is named, changed. */
function servers(change: (server: Record<string, unknown>) => object) {
  return (message: Message): object => {
    const { iceServers } = message;
    return Array.isArray(iceServers) ? { ...message, iceServers: iceServers.map(change) } : message;
  };
}

/** Messages of one type with other members. */
function only(type: string, members: object) {
  return (message: Message): object => (message.type === type ? { ...message, ...members } : message);
}
