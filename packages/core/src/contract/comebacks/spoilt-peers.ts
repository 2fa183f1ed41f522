import type { InstanceId, UserId } from '@parley/protocol';
import type { Fence } from '../../fence.ts';
import type { KeptSignal, PeerDirectory, Reading, SecretHash } from '../../ports/directory.ts';
import { keyOf, peerClaimOf } from '../peer-samples.ts';
import { FAR_MS } from '../samples.ts';
import type { Law } from './laws.ts';
import { remembering } from './remembering.ts';
import type { Spoilt } from './spoilt.ts';

const LATEST = '9999999999999.z' as Fence;
const ANYBODY = 'anybody' as UserId;

const ofPeers = (law: Law, by: string, change: (peers: PeerDirectory) => Partial<PeerDirectory>): Spoilt => ({
  law,
  by,
  spoil: ({ nodes, peers, rooms, queues, bans }) => {
    return { nodes, rooms, queues, bans, peers: { ...bound(peers), ...change(peers) } };
  },
});

export const SPOILT_PEERS: readonly Spoilt[] = [
  ofPeers('owner', 'letting an earlier session in', (peers) => ({
    async claim(claim) {
      const answer = await peers.claim(claim);
      if (answer.outcome !== 'superseded') return answer;
      return peers.claim({ ...claim, fence: LATEST });
    },
  })),
  ofPeers('owner', 'believing an earlier session that asserts', (peers) => ({
    assert: async (...said) => {
      const answer = await peers.assert(...said);
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
    assert: (assertion, ...more) => peers.assert({ ...assertion, user: ANYBODY }, ...more),
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
    async assert(...said) {
      const answer = await peers.assert(...said);
      return answer === 'mail-waits' ? 'asserted' : answer;
    },
  })),
  ofPeers('waits', 'letting what was kept outlive its window', (peers) => ({
    assert: (assertion, reading, notAfterMs) =>
      peers.assert(assertion, { ...reading, mercyUntilMs: FAR_MS }, notAfterMs),
  })),
  ofPeers('waits', 'having no mercy on what was kept', (peers) => ({
    assert: (assertion, reading, notAfterMs) =>
      peers.assert(assertion, { ...reading, mercyUntilMs: 0 }, notAfterMs),
  })),
  ofPeers('mailTwice', 'handing over what was kept for a window that has ended', (peers) => {
    const { known, note } = remembering<readonly KeptSignal[]>();
    return {
      async put(request) {
        const answer = await peers.put(request);
        const text = { text: request.text, mailed: 0 };
        if (answer.outcome === 'kept') note(request.key, [...(known.get(request.key) ?? []), text]);
        return answer;
      },
      async claim(claim) {
        const answer = await peers.claim(claim);
        const mail = known.get(claim.key) ?? [];
        if (answer.outcome === 'claimed' || answer.outcome === 'resumed') note(claim.key, []);
        return answer.outcome === 'resumed' && answer.mail.length === 0 ? { ...answer, mail } : answer;
      },
    };
  }),
  ofPeers('place', 'leaving where it was whom a claim has abandoned', () => ({ abandon: async () => {} })),
  ofPeers('oldEnd', 'abandoning whoever is there', (peers) => {
    const { known, note } = remembering<Fence>();
    return {
      async claim(claim) {
        const answer = await peers.claim(claim);
        if (answer.outcome === 'claimed' || answer.outcome === 'resumed') note(claim.key, claim.fence);
        return answer;
      },
      abandon: (key, fence, awayMs) => peers.abandon(key, known.get(key) ?? fence, awayMs),
    };
  }),
];

const impatient = (reading: Reading): Reading =>
  reading.mercyUntilMs === 0 ? reading : { ...reading, mercyUntilMs: reading.mercyUntilMs - 110 };

const bound = (peers: PeerDirectory): PeerDirectory => ({
  claim: (claim) => peers.claim(claim),
  confirm: (key, fence) => peers.confirm(key, fence),
  assert: (assertion, reading, notAfterMs) => peers.assert(assertion, reading, notAfterMs),
  away: (assertion, awayMs) => peers.away(assertion, awayMs),
  abandon: (key, fence, awayMs) => peers.abandon(key, fence, awayMs),
  put: (request) => peers.put(request),
  bye: (key, fence) => peers.bye(key, fence),
});
