import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Signal } from './api.ts';
import { ParleyError } from './error.ts';
import { Link } from './link.ts';
import type { PeerWire } from './ports.ts';

/** As far as descriptions go an RTCPeerConnection, with a channel to offer. */
class Connection extends EventTarget {
  static last: Connection;
  signalingState = 'stable';
  connectionState = 'new';
  localDescription: RTCSessionDescriptionInit | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  restarts = 0;
  readonly sctp = { transport: Object.assign(new EventTarget(), { state: 'connected' }) };

  constructor() {
    super();
    Connection.last = this;
  }

  setLocalDescription(description?: RTCSessionDescriptionInit): Promise<void> {
    if (description?.type === 'rollback') {
      this.signalingState = 'stable';
      this.dispatchEvent(new Event('negotiationneeded'));
    } else {
      const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
      this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
      this.localDescription = { type, sdp: 'm=application' };
    }
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
    return Promise.resolve();
  }

  restartIce(): void {
    this.restarts++;
  }

  become(state: string): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  farewell(): void {
    this.sctp.transport.state = 'closed';
    this.sctp.transport.dispatchEvent(new Event('statechange'));
  }

  close(): void {
    this.signalingState = this.connectionState = 'closed';
  }
}

const OFFER: Signal = { description: { type: 'offer', sdp: '' } };
const ANSWER: Signal = { description: { type: 'answer', sdp: '' } };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each([
  ['polite', true],
  ['impolite', false],
])('the %s end, whose offer does not arrive', (_end, polite) => {
  it('offers again, and is not deaf meanwhile', async () => {
    const { connection, said, link } = await offering(polite);
    said[0]?.givenUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(types(said)).toEqual(['offer', 'offer']);
    said[1]?.givenUp();
    await vi.advanceTimersByTimeAsync(500);
    expect(types(said)).toEqual(['offer', 'offer']);
    expect(connection.signalingState).toBe('have-local-offer');
    await link.receive(OFFER);
    expect(types(said)).toEqual(['offer', 'offer', 'answer']);
  });

  it('says it again ever less often when it is too big, and when it fits it goes', async () => {
    const { said, link, wire, failures } = await offering(polite);
    wire.refusesWith = 'too-big';
    said[0]?.givenUp();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(failures).toHaveLength(6); // at once, and after 1, 3, 7, 15, 31 seconds
    wire.refusesWith = undefined;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(types(said)).toEqual(['offer', 'offer']);
    await link.receive(ANSWER);
    expect(Connection.last.signalingState).toBe('stable');
  });

  it('goes by the last offer, not by one that was lost before', async () => {
    const { connection, said } = await offering(polite);
    said[0]?.givenUp();
    await vi.advanceTimersByTimeAsync(0);
    said[0]?.givenUp();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(types(said)).toEqual(['offer', 'offer']);
    expect(connection.signalingState).toBe('have-local-offer');
  });

  it('says the same again where the platform makes offers by itself', async () => {
    const { connection, said } = await offering(polite);
    connection.setLocalDescription = () => Promise.resolve();
    said[0]?.givenUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(types(said)).toEqual(['offer', 'offer']);
  });

  it('says nothing more to somebody who is gone', async () => {
    const { connection, said, link } = await offering(polite);
    await link.receive(ANSWER);
    connection.become('connected');
    connection.dispatchEvent(new Event('negotiationneeded'));
    await vi.advanceTimersByTimeAsync(0);
    link.letGo('lost');
    said[1]?.givenUp();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(types(said)).toEqual(['offer', 'offer']);
  });
});

describe('a link', () => {
  it('says an answer again that did not arrive', async () => {
    const { said, link } = linkTo(true);
    await link.receive(OFFER);
    said[0]?.givenUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(types(said)).toEqual(['answer', 'answer']);
  });

  it('tells when it is connected, but not any more when the other end is gone from the room', async () => {
    const { connection, link, wire } = await offering(true);
    await link.receive(ANSWER);
    connection.become('connected');
    expect(wire.linked).toHaveBeenCalledTimes(1);
    link.letGo('lost');
    connection.become('disconnected');
    connection.become('connected');
    expect(wire.linked).toHaveBeenCalledTimes(1);
  });

  it('has a peer start over that offers anew after it has closed its end', async () => {
    const { connection, link, wire } = await offering(true);
    await link.receive(ANSWER);
    connection.become('connected');
    connection.farewell();
    expect([link.state, wire.detached]).toEqual(['closed', false]);
    await link.receive(ANSWER);
    expect(wire.startOver).not.toHaveBeenCalled();
    await link.receive(OFFER);
    expect(wire.startOver).toHaveBeenCalledExactlyOnceWith(OFFER);
  });

  it.each([
    ['this program closed it', (link: Link) => link.close()],
    ['the other end has left', (link: Link) => link.letGo('left')],
  ])('is over when %s, also where the far end had closed it before', async (_why, end) => {
    for (const isFarewell of [false, true]) {
      const { connection, link, wire } = await offering(true);
      await link.receive(ANSWER);
      connection.become('connected');
      if (isFarewell) connection.farewell();
      end(link);
      expect([link.state, wire.detached]).toEqual(['closed', true]);
    }
  });

  it('that is connected is restarted for another network, and not because somebody looks at the page', async () => {
    const { connection, link } = await offering(true);
    await link.receive(ANSWER);
    connection.become('connected');
    link.nudge('resumed');
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.restarts).toBe(0);
    link.nudge('network');
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.restarts).toBe(1);
    connection.become('disconnected');
    link.nudge('resumed');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.restarts).toBe(2);
  });
});

/** A link over a wire that writes down what is said. */
function linkTo(polite: boolean) {
  const said: { signal: Signal; givenUp: () => void }[] = [];
  const failures: Error[] = [];
  const wire = {
    facts: { polite },
    refusesWith: undefined as string | undefined,
    detached: false,
    linked: vi.fn<() => void>(),
    startOver: vi.fn<(offer: Signal) => void>(),
    send(signal: Signal, givenUp = () => {}) {
      if (wire.refusesWith) throw new ParleyError(wire.refusesWith);
      said.push({ signal, givenUp });
    },
    iceServers: () => Promise.resolve([]),
    attach: () => () => void (wire.detached = true),
  };
  const link = new Link(
    wire as unknown as PeerWire,
    { RTCPeerConnection: Connection as never },
    {
      channel: () => {},
      track: () => {},
      changed: () => {},
      failed: (error) => failures.push(error),
    },
  );
  return { said, failures, wire, link };
}

/** The same, after its first offer. */
async function offering(polite: boolean) {
  const around = linkTo(polite);
  await around.link.use((connection) => connection.dispatchEvent(new Event('negotiationneeded')));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(types(around.said)).toEqual(['offer']);
  return { ...around, connection: Connection.last };
}

function types(said: readonly { signal: Signal }[]): (string | undefined)[] {
  return said.map(({ signal }) => ('description' in signal ? signal.description.type : undefined));
}
