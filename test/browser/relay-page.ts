import { ENDPOINTS, type Outgoing, type PeerId, SUBPROTOCOL } from '@parley/protocol/plain';

/** Where to meet whom, and with which ICE servers if not with those of the node. */
export interface Meeting {
  readonly room: string;
  readonly iceServers?: readonly RTCIceServer[];
}

/** What became of it. */
export interface Outcome {
  readonly opened: boolean;
  /** The kinds of candidates that were selected, own and other; nothing where none were. */
  readonly pair: readonly string[];
  /** How many own candidates there were, relays all of them. */
  readonly relays: number;
  /** What TURN servers refused with. */
  readonly errors: readonly number[];
}

declare global {
  interface Window {
    /** Joins the room and opens a data channel to whoever else comes, through a relay or not at all. */
    meet(meeting: Meeting): Promise<Outcome>;
    /** Restarts ICE with servers that the node is asked for anew; afterwards something was sent there and back. */
    renew(): Promise<Outcome>;
  }
}

type Message<Type extends Outgoing['type']> = Extract<Outgoing, { type: Type }>;

/** A session of the node, and its messages until they are asked for. */
class Line extends EventTarget {
  readonly #socket = new WebSocket(`ws://${location.host}${ENDPOINTS.connect}`, [SUBPROTOCOL]);
  readonly #heard: Outgoing[] = [];

  constructor() {
    super();
    this.#socket.addEventListener('message', ({ data }) => {
      this.#heard.push(JSON.parse(data as string) as Outgoing);
      this.dispatchEvent(new Event('news'));
    });
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The next message of this type, past or to come. */
  async next<Type extends Outgoing['type']>(type: Type): Promise<Message<Type>> {
    for (;;) {
      const index = this.#heard.findIndex((message) => message.type === type);
      if (index >= 0) return this.#heard.splice(index, 1)[0] as Message<Type>;
      await event(this, 'news');
    }
  }
}

const event = (target: EventTarget, name: string) =>
  new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));

window.meet = async ({ room, iceServers }) => {
  const line = new Line();
  const welcome = await line.next('welcome');
  const pc = new RTCPeerConnection({
    iceServers: [...(iceServers ?? (welcome.iceServers as RTCIceServer[]))],
    iceTransportPolicy: 'relay',
  });
  const channel = pc.createDataChannel('chat', { negotiated: true, id: 0 });
  channel.addEventListener('message', ({ data }) => {
    if (data === 'there') channel.send('and back');
  });
  const errors: number[] = [];
  pc.addEventListener('icecandidateerror', ({ errorCode }) => errors.push(errorCode));
  let relays = 0;
  pc.addEventListener('icecandidate', ({ candidate }) => (relays += candidate?.candidate ? 1 : 0));
  const outcome = (opened: boolean) => {
    const { local, remote } = pc.sctp?.transport.iceTransport.getSelectedCandidatePair() ?? {};
    return { opened, pair: [local, remote].flatMap((candidate) => candidate?.type ?? []), relays, errors };
  };

  line.say({ type: 'join', room });
  const [first] = (await line.next('joined')).peers;
  const to = first?.peer ?? (await line.next('peer-joined')).peer;
  void negotiate(pc, line, room, to);
  const offer = async () => {
    await pc.setLocalDescription(await pc.createOffer());
    line.say({ type: 'signal', room, to, description: pc.localDescription });
  };
  if (first) await offer(); // the later one offers

  window.renew = async () => {
    line.say({ type: 'ice' });
    const renewed = await line.next('ice-servers');
    pc.setConfiguration({
      iceServers: renewed.iceServers as RTCIceServer[],
      iceTransportPolicy: 'relay',
    });
    pc.restartIce();
    await offer();
    // Until then what was selected before goes on.
    await until(pathOf(pc), 'selectedcandidatepairchange', () => isNew(pc));
    channel.send('there');
    await event(channel, 'message');
    return outcome(true);
  };
  const opened = await Promise.race([
    event(channel, 'open').then(() => true),
    hopeless(pc, () => relays).then(() => false),
  ]);
  return outcome(opened);
};

async function negotiate(pc: RTCPeerConnection, line: Line, room: string, to: PeerId): Promise<never> {
  const signal = (payload: object) => line.say({ type: 'signal', room, to, ...payload });
  pc.addEventListener('icecandidate', ({ candidate }) => signal({ candidate }));
  for (;;) {
    const { description, candidate } = await line.next('signal');
    if (candidate !== undefined) await pc.addIceCandidate(candidate as RTCIceCandidateInit);
    if (!description) continue;
    await pc.setRemoteDescription(description);
    if (description.type !== 'offer') continue;
    await pc.setLocalDescription();
    signal({ description: pc.localDescription });
  }
}

/** It has no candidate of its own, or no pair of candidates has got through. */
async function hopeless(pc: RTCPeerConnection, candidates: () => number): Promise<void> {
  const gathered = until(pc, 'icegatheringstatechange', () => pc.iceGatheringState === 'complete');
  const failed = until(pc, 'connectionstatechange', () => pc.connectionState === 'failed');
  await Promise.race([failed, gathered.then(() => (candidates() > 0 ? failed : undefined))]);
}

/** The selected pair is of the last offer or answer. */
function isNew(pc: RTCPeerConnection): boolean {
  const ufrag = pathOf(pc).getSelectedCandidatePair()?.local?.usernameFragment;
  return Boolean(ufrag && pc.localDescription?.sdp.includes(`a=ice-ufrag:${ufrag}\r\n`));
}

async function until(target: EventTarget, name: string, isSo: () => boolean): Promise<void> {
  while (!isSo()) await event(target, name);
}

function pathOf({ sctp }: RTCPeerConnection): RTCIceTransport {
  if (!sctp) throw new Error('nothing was agreed upon');
  return sctp.transport.iceTransport;
}
