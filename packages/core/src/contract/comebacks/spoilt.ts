import type { InstanceId, UserId } from '@parley/protocol';
import type { Fence } from '../../fence.ts';
import type {
  Directory,
  PeerDirectory,
  Reading,
  RoomChange,
  RoomDirectory,
  SecretHash,
} from '../../ports/directory.ts';
import { keyOf, peerClaimOf } from '../peer-samples.ts';
import { FAR_MS } from '../samples.ts';
import type { Law } from './laws.ts';

/** A directory that breaks one law, for the models to notice it. */
export interface Spoilt {
  readonly law: Law;
  readonly by: string;
  readonly spoil: (directory: Directory) => Directory;
}

const LATEST = '9999999999999.z' as Fence;
const ANYBODY = 'anybody' as UserId;

const ofPeers = (law: Law, by: string, change: (peers: PeerDirectory) => Partial<PeerDirectory>): Spoilt => ({
  law,
  by,
  spoil: ({ nodes, peers, rooms, queues, bans }) => {
    return { nodes, rooms, queues, bans, peers: { ...bound(peers), ...change(peers) } };
  },
});

const ofRooms = (law: Law, by: string, change: (rooms: RoomDirectory) => Partial<RoomDirectory>): Spoilt => ({
  law,
  by,
  spoil: ({ nodes, peers, rooms, queues, bans }) => {
    return { nodes, peers, queues, bans, rooms: { ...boundRooms(rooms), ...change(rooms) } };
  },
});

/** The same for a peer whatever is asked of it. */
function remembering<Value>() {
  const known = new Map<string, Value>();
  return { known, note: (key: string, value: Value) => void known.set(key, value) };
}

export const SPOILT: readonly Spoilt[] = [
  ofPeers('owner', 'letting an earlier session in', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      if (answer.outcome !== 'superseded') return answer;
      return peers.claim({ ...claim, fence: LATEST });
    },
  })),
  ofPeers('owner', 'believing an earlier session that asserts', (peers) => ({
    assert: async (assertion, notAfterMs) => {
      const answer = await peers.assert(assertion, notAfterMs);
      return answer === 'superseded' ? 'asserted' : answer;
    },
  })),
  ofPeers('right', 'not asking for proof', (peers) => ({
    claim: (claim) => peers.claim({ ...claim, isFixed: true }),
  })),
  ofPeers('resume', 'knowing every secret', (peers) => {
    const { known, note } = remembering<SecretHash>();
    return {
      async claim({ comeback, ...claim }) {
        const presented = known.get(claim.key) ?? comeback?.presented;
        const proof = comeback && presented && { comeback: { ...comeback, presented } };
        const answer = await peers.claim({ ...claim, ...proof });
        if (answer.outcome === 'claimed' || answer.outcome === 'resumed') note(claim.key, claim.offered);
        return answer;
      },
    };
  }),
  ofPeers('resume', 'forgetting the secret proven before it is confirmed', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      if (answer.outcome === 'resumed' && answer.mail.length === 0)
        await peers.confirm(claim.key, claim.fence);
      return answer;
    },
  })),
  ofPeers('resume', 'not asking who it is', (peers) => ({
    claim: (claim) => peers.claim({ ...claim, user: ANYBODY }),
    assert: (assertion, notAfterMs) => peers.assert({ ...assertion, user: ANYBODY }, notAfterMs),
    away: (assertion, awayMs) => peers.away({ ...assertion, user: ANYBODY }, awayMs),
  })),
  ofPeers('resume', 'having no mercy', (peers) => ({
    claim: (claim) => peers.claim({ ...claim, reading: { ...claim.reading, mercyUntilMs: 0 } }),
  })),
  ofPeers('life', 'naming a new instance', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      return answer.outcome === 'resumed' ? { ...answer, instance: 'another' as InstanceId } : answer;
    },
  })),
  ofPeers('life', 'not saying who spoke for it', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      if (answer.outcome !== 'resumed') return answer;
      const { former: _, ...rest } = answer;
      return rest;
    },
  })),
  ofPeers('oldEnd', 'taking every goodbye', (peers) => {
    const { known, note } = remembering<Fence>();
    return {
      async claim(claim) {
        const answer = await peers.claim(claim);
        if (answer.outcome === 'claimed' || answer.outcome === 'resumed') note(claim.key, claim.fence);
        return answer;
      },
      bye: (key) => peers.bye(key, known.get(key) ?? LATEST),
    };
  }),
  ofPeers('unproven', 'giving the peer to whoever asks, and not saying so', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      if (answer.outcome === 'unproven' && !claim.comeback) await peers.claim({ ...claim, isFixed: true });
      return answer;
    },
  })),
  ofPeers('place', 'not finding out that a node is lost', (peers) => ({
    put: (request) => peers.put({ ...request, reading: { ...request.reading, lost: [] } }),
  })),
  ofPeers('window', 'ending windows early for who puts', (peers) => ({
    put: ({ reading, ...request }) => peers.put({ ...request, reading: impatient(reading) }),
  })),
  ofPeers('window', 'promising too much', (peers) => ({
    async put(request) {
      const answer = await peers.put(request);
      return answer.outcome === 'kept' ? { ...answer, forMs: answer.forMs + 1_000 } : answer;
    },
  })),
  ofPeers('mailLost', 'dropping the last signal', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      return answer.outcome === 'resumed' ? { ...answer, mail: answer.mail.slice(0, -1) } : answer;
    },
  })),
  ofPeers('mailLost', 'taking for delivered what nobody has confirmed', (peers) => {
    const { known, note } = remembering<true>();
    return {
      async claim(claim) {
        const answer = await peers.claim(claim);
        if (answer.outcome !== 'resumed') return answer;
        const nameOf = (text: string) => `${claim.key} ${text}`;
        const mail = answer.mail.filter(({ text }) => !known.has(nameOf(text)));
        for (const { text } of mail) note(nameOf(text), true);
        return { ...answer, mail };
      },
    };
  }),
  ofPeers('mailTwice', 'not taking the mail for delivered', (peers) => ({ confirm: async () => void peers })),
  ofPeers('mailOrder', 'handing over the last first', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      return answer.outcome === 'resumed' ? { ...answer, mail: answer.mail.toReversed() } : answer;
    },
  })),
  ofPeers('mailed', 'not counting', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      if (answer.outcome !== 'resumed') return answer;
      return { ...answer, mail: answer.mail.map((signal) => ({ ...signal, mailed: 0 })) };
    },
  })),
  ofPeers('bounds', 'keeping whatever comes', (peers) => ({
    async put(request) {
      const answer = await peers.put(request);
      const isProbe = request.text.startsWith('x');
      return answer.outcome === 'full' && !isProbe ? { outcome: 'kept', forMs: 100 } : answer;
    },
  })),
  ofPeers('ends', 'leaving something behind', (peers) => ({
    async bye(key, fence) {
      await peers.bye(key, fence);
      await peers.claim(peerClaimOf('nobody', { key: keyOf('nobody'), lifeMs: FAR_MS }));
    },
  })),
  ofPeers('waits', 'leaving mail unseen', (peers) => ({
    async assert(assertion, notAfterMs) {
      const answer = await peers.assert(assertion, notAfterMs);
      return answer === 'mail-waits' ? 'asserted' : answer;
    },
  })),
  ofRooms('oldEnd', 'letting an earlier session give up the seat', (rooms) => ({
    leave: async (seat) => rooms.leave({ ...seat, fence: LATEST, orEarlier: true }),
  })),
  ofRooms('moved', 'forgetting what the seat says of itself', (rooms) => ({
    async resume(request) {
      const answer = await rooms.resume(request);
      const { key, seat } = request;
      if (answer.outcome === 'changed')
        await rooms.update({ key, peer: seat.peer, fence: seat.fence }, undefined);
      return answer;
    },
  })),
  ofRooms('seats', 'letting in more than there are places', (rooms) => ({
    join: (request) => rooms.join({ ...request, capacity: request.capacity + 1 }),
  })),
  ofRooms('window', 'losing the seats of those who are away', (rooms) => ({
    away: (seat) => rooms.leave(seat),
  })),
  ofRooms('window', 'having no mercy', (rooms) => ({
    resume: (request) => rooms.resume({ ...request, reading: { ...request.reading, mercyUntilMs: 0 } }),
  })),
  ofRooms('window', 'not ending windows', (rooms) => ({
    assert: (said) => rooms.assert({ ...said, reading: { ...said.reading, mercyUntilMs: FAR_MS } }),
  })),
  ofRooms('step', 'hiding that it found something', (rooms) => {
    const { known, note } = remembering<string>();
    const told = <Answer extends RoomChange>(answer: Answer) => {
      const from = known.get(answer.room.key) ?? answer.from;
      note(answer.room.key, answer.room.tag);
      return { ...answer, from };
    };
    return {
      assert: async (assertion) => told(await rooms.assert(assertion)),
      async resume(request) {
        const answer = await rooms.resume(request);
        return answer.outcome === 'changed' ? told(answer) : answer;
      },
      async join(request) {
        const answer = await rooms.join(request);
        return answer.outcome === 'joined' ? told(answer) : answer;
      },
    };
  }),
];

const impatient = (reading: Reading): Reading =>
  reading.mercyUntilMs === 0 ? reading : { ...reading, mercyUntilMs: reading.mercyUntilMs - 110 };

const bound = (peers: PeerDirectory): PeerDirectory => ({
  claim: (claim) => peers.claim(claim),
  confirm: (key, fence) => peers.confirm(key, fence),
  assert: (assertion, notAfterMs) => peers.assert(assertion, notAfterMs),
  away: (assertion, awayMs) => peers.away(assertion, awayMs),
  put: (request) => peers.put(request),
  bye: (key, fence) => peers.bye(key, fence),
});

const boundRooms = (rooms: RoomDirectory): RoomDirectory => ({
  join: (request) => rooms.join(request),
  leave: (seat) => rooms.leave(seat),
  update: (seat, meta) => rooms.update(seat, meta),
  away: (seat, awayMs, lifeMs) => rooms.away(seat, awayMs, lifeMs),
  resume: (request) => rooms.resume(request),
  assert: (assertion) => rooms.assert(assertion),
});
