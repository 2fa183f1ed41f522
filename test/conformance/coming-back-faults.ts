import { changing, type Fault, type FaultRow, inserting, type Message } from './faulty-server.ts';

const PROOF = 'parley.resume.';

/** Servers that get coming back wrong, each in one way, and a case that must notice. */
export const COMING_BACK_FAULTS: readonly FaultRow[] = [
  [
    'tells nobody that a peer is away',
    'close: after any other close the peer is away',
    { frames: without('peer-away') },
  ],
  ['tells nobody that a peer is back', 'resume: is the same peer', { frames: without('peer-back') }],
  [
    'announces who comes back as if it were new',
    'resume: while the old socket lives',
    {
      frames: inserting(
        ({ type, room, peer }) => (type === 'signal' ? [news('peer-back', room, peer)] : []),
        'before',
      ),
    },
  ],
  [
    'does not say who is away already',
    'away: who comes meanwhile is told',
    {
      frames: changing(({ peers, ...rest }) => ({
        ...rest,
        ...(Array.isArray(peers) && { peers: peers.map(here) }),
      })),
    },
  ],
  [
    'gives who comes back a new instance',
    'resume: is the same peer',
    {
      frames: changing((message) => ({
        ...message,
        ...(message['resumed'] === true && { instance: 'another' }),
      })),
    },
  ],
  [
    'forgets the rooms of who comes back',
    'resume: rooms says how each room stands now',
    { frames: changing((message) => ({ ...message, ...(message['resumed'] === true && { rooms: [] }) })) },
  ],
  [
    'tells the older session to come back',
    'resume: while the old socket lives',
    { close: (code) => (code === 4200 ? 4000 : code) },
  ],
  [
    'takes a restart for a resume',
    'restart: is the same peer in a new instance',
    { offers: (offered) => offered.map((entry) => entry.replace('parley.restart.', PROOF)) },
  ],
  [
    'hands the mail out behind what is newer',
    'mail: comes before anything newer',
    { frames: () => delaying(10) },
  ],
  [
    'hands the mail out twice',
    'mail: comes behind welcome',
    {
      frames: inserting((message) => (message.type === 'signal' ? [JSON.stringify(message)] : []), 'behind'),
    },
  ],
  ['loses what is kept', 'mail: comes before anything newer', { frames: () => losing(3) }],
  [
    'does not say that it may have handed the mail out before',
    'mail: handed to a session that never says a word',
    { frames: changing(({ mailed: _mailed, ...rest }) => rest) },
  ],
  [
    'refuses a proof that it does not know',
    'proof: one that is none',
    { offers: (offered) => (offered.includes('parley.resume.x') ? undefined : offered) },
  ],
  [
    'forgets a proof when it is shown, though the welcome may get lost',
    'proof: the one before is good until',
    { offers: takingEachOnce() },
  ],
  ['lets every proof be good for ever', 'proof: the one before is good until', everGood()],
];

const news = (type: string, room: unknown, peer: unknown) => JSON.stringify({ type, room, peer });

function here({ away: _away, ...peer }: { readonly away?: true }): object {
  return peer;
}

function without(type: string): NonNullable<Fault['frames']> {
  return () => (text) => ((JSON.parse(text) as Message).type === type ? [] : [text]);
}

/** The first so many signals of a session come behind the one that follows them. */
function delaying(count: number) {
  const held: string[] = [];
  let isOver = false;
  return (text: string): readonly string[] => {
    if (isOver || (JSON.parse(text) as Message).type !== 'signal') return [text];
    isOver = held.length === count;
    if (isOver) return [text, ...held];
    held.push(text);
    return [];
  };
}

/** The signal of this number does not come. */
function losing(number: number) {
  let count = 0;
  return (text: string): readonly string[] =>
    (JSON.parse(text) as Message).type === 'signal' && (count += 1) === number ? [] : [text];
}

/** Of a proof that comes a second time the node never hears. */
function takingEachOnce(): NonNullable<Fault['offers']> {
  const seen = new Set<string>();
  return (offered) =>
    offered.filter((entry) => {
      const isAgain = seen.has(entry) && entry.startsWith(PROOF);
      seen.add(entry);
      return !isAgain;
    });
}

/** Whatever proof of a peer comes, the node is shown its newest. */
function everGood(): Fault {
  const peers = new Map<string, string>();
  const newest = new Map<string, string>();
  return {
    frames: changing((message) => {
      const { peer = '', resume } = message;
      if (resume !== undefined) {
        const entry = PROOF + resume;
        peers.set(entry, peer);
        newest.set(peer, entry);
      }
      return message;
    }),
    offers: (offered) => offered.map((entry) => newest.get(peers.get(entry) ?? '') ?? entry),
  };
}
