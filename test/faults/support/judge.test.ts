import { describe, expect, it } from 'vitest';

import type { Findings } from './evidence.ts';
import { Fabricated } from './fabricated.ts';
import { INVARIANTS, judge, type Invariant } from './judge.ts';

/** Does something wrong to a trial, or says what else it left behind. */
type Deed = (trial: Fabricated) => Partial<Findings> | void;

/** What must not be: each breaks one invariant and no other. */
const crimes: readonly (readonly [Invariant, string, Deed])[] = [
  [
    'every signal is answered exactly once',
    'no answer while the socket stands',
    (trial) => void trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [] }),
  ],
  [
    'every signal is answered exactly once',
    'no answer, and the socket ended long after',
    (trial) => {
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [] });
      trial.end(trial.ada, 23_500);
      trial.socket({ client: 'ada', fromMs: 24_000, resumed: true });
    },
  ],
  [
    'every signal is answered exactly once',
    'two answers',
    (trial) => {
      const answers = [{ type: 'delivered' }, { type: 'error', code: 'delivery-timeout' }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers });
    },
  ],
  [
    'every answer comes in time',
    'after four seconds',
    (trial) => {
      const answers = [{ type: 'delivered', atMs: 24_000 }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers });
    },
  ],
  [
    'every answer makes sense',
    'not in a room where it is',
    (trial) => {
      const answers = [{ type: 'error', code: 'not-in-room' }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers, heard: [] });
    },
  ],
  ...(['peer-unreachable', 'mail-full'] as const).map((code): readonly [Invariant, string, Deed] => [
    'what was refused does not arrive',
    code,
    (trial) =>
      void trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'error', code }] }),
  ]),
  [
    'nothing arrives twice unmarked',
    'on one socket',
    (trial) => void trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [{}, { atMs: 20_100 }] }),
  ],
  [
    'nothing arrives twice unmarked',
    'on the next socket',
    (trial) => {
      trial.end(trial.bob, 20_500);
      const next = trial.socket({ client: 'bob', fromMs: 21_000, resumed: true });
      trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [{}, { at: next, atMs: 21_001 }] });
    },
  ],
  [
    'everything arrives where it should',
    'at its own sender',
    (trial) => void trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [{ at: trial.ada }] }),
  ],
  [
    'everything arrives where it should',
    'at another life of its receiver',
    (trial) => {
      trial.end(trial.bob, 19_000, 1000);
      const next = trial.socket({ client: 'bob', fromMs: 19_500, life: 2 });
      trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [{ at: next }] });
    },
  ],
  [
    'what was delivered arrives',
    'nothing had happened to the receiver',
    (trial) => void trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [] }),
  ],
  [
    'what was delivered arrives',
    'its line had broken long before',
    (trial) => {
      trial.end(trial.bob, 15_000);
      const next = trial.socket({ client: 'bob', fromMs: 16_000, resumed: true });
      trial.signal({ sender: trial.ada, receiver: next, heard: [] });
    },
  ],
  [
    'what was delivered arrives',
    'its line broke long after',
    (trial) => {
      trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [] });
      trial.end(trial.bob, 22_000);
      trial.socket({ client: 'bob', fromMs: 23_000, resumed: true });
    },
  ],
  [
    'what was delivered arrives',
    'the receiver had moved in good order',
    (trial) => {
      trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [] });
      trial.socket({ client: 'bob', fromMs: 19_900, resumed: true });
      trial.end(trial.bob, 20_003, 4200);
    },
  ],
  [
    'what was kept arrives',
    'the receiver came back',
    (trial) => {
      trial.end(trial.bob, 19_000);
      trial.socket({ client: 'bob', fromMs: 25_000, resumed: true });
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'kept' }], heard: [] });
    },
  ],
  [
    'what was kept arrives',
    'the receiver came back at the second try',
    (trial) => {
      trial.end(trial.bob, 19_000);
      trial.socket({ client: 'bob', fromMs: 25_000, toMs: 25_010, resumed: true });
      trial.socket({ client: 'bob', fromMs: 26_000, resumed: true });
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'kept' }], heard: [] });
    },
  ],
  [
    'everything arrives in order',
    'one overtakes another',
    (trial) => {
      const first = trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [] });
      trial.signal({ sender: trial.ada, receiver: trial.bob });
      trial.hear(first, { receiver: trial.bob, atMs: 20_006 });
    },
  ],
  [
    'everything arrives in order',
    'mail after what is newer',
    (trial) => {
      trial.end(trial.bob, 19_000);
      const kept = { answers: [{ type: 'kept' }], heard: [] } as const;
      const mail = trial.signal({ sender: trial.ada, receiver: trial.bob, ...kept });
      const next = trial.socket({ client: 'bob', fromMs: 25_000, resumed: true });
      trial.signal({ sender: trial.ada, receiver: next, sentAtMs: 25_001 });
      trial.hear(mail, { receiver: next, atMs: 25_010 });
    },
  ],
  [
    'nothing stale arrives',
    'four seconds after it was sent',
    (trial) => void trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [{ atMs: 24_000 }] }),
  ],
  [
    'nothing stale arrives',
    'while the node of its receiver was frozen',
    (trial) => {
      trial.frozen.push({ url: trial.bob.url, fromMs: 19_000, toMs: 24_000 });
      const answers = [{ type: 'error', code: 'delivery-timeout', atMs: 22_000 }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers, heard: [{ atMs: 24_000 }] });
    },
  ],
  [
    'nobody hears a stranger',
    'somebody it was not told of',
    (trial) => {
      const signal = trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [] });
      trial.hear(signal, { receiver: trial.bob, atMs: 20_005 }, true);
    },
  ],
  [
    'who comes back in time is who it was',
    'a new life after five seconds',
    (trial) => {
      trial.end(trial.bob, 30_000);
      trial.socket({ client: 'bob', fromMs: 35_000, resumed: false, life: 2 });
    },
  ],
  [
    'a life that goes on is the same life',
    'another instance',
    (trial) => {
      trial.end(trial.bob, 30_000);
      trial.socket({ client: 'bob', fromMs: 35_000, resumed: true, life: 2 });
    },
  ],
  [
    'nobody is sent away',
    'replaced by nobody',
    (trial) => {
      trial.end(trial.bob, 30_000, 4200);
      trial.socket({ client: 'bob', fromMs: 31_000, resumed: true });
    },
  ],
  [
    'every room agrees on who is in it',
    'a ghost',
    (trial) => {
      trial.end(trial.bob, 10_000, 1000);
      const { sights } = trial.findings();
      trial.socket({ client: 'bob', fromMs: 30_000, life: 2 });
      const [ada] = sights;
      return { sights: [ada!, trial.findings().sights[1]!] };
    },
  ],
  [
    'every room agrees on who is in it',
    'somebody who sees nobody',
    (trial) => {
      const [ada, bob] = trial.findings().sights;
      return { sights: [ada!, { ...bob!, rooms: new Map([['hall', []]]) }] };
    },
  ],
  [
    'every room agrees on who is in it',
    'somebody away who is here',
    (trial) => {
      const [ada, bob] = trial.findings().sights;
      const seen = bob!.rooms.get('hall')!.map((other) => ({ ...other, isAway: true }));
      return { sights: [ada!, { ...bob!, rooms: new Map([['hall', seen]]) }] };
    },
  ],
  ['healed, everybody reaches everybody', 'a call without an answer', () => ({ unreached: ['a call'] })],
  ['Redis forgets a dead node', 'a seat of it', () => ({ leftovers: ['a seat'] })],
  ['nodes have nothing to complain about', 'a stack trace', () => ({ complaints: ['TypeError'] })],
  [
    'nobody is told what makes no sense',
    'an answer to nothing',
    (trial) => void trial.history.oddities.push('an answer'),
  ],
];

/** What looks wrong, and is what was promised. */
const excuses: readonly (readonly [string, Deed])[] = [
  [
    'no answer: the socket of the sender ended before it could come',
    (trial) => {
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [] });
      trial.end(trial.ada, 20_100);
      trial.socket({ client: 'ada', fromMs: 21_000, resumed: true });
    },
  ],
  [
    'no answer, or late: the node of the sender was frozen',
    (trial) => {
      trial.frozen.push({ url: trial.ada.url, fromMs: 20_000, toMs: 29_000 });
      const answers = [{ type: 'delivered', atMs: 29_100 }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers, heard: [{ atMs: 29_100 }] });
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [], heard: [] });
      trial.end(trial.ada, 29_500);
      trial.socket({ client: 'ada', fromMs: 30_000, resumed: true });
    },
  ],
  [
    'late: we ourselves did not look',
    (trial) => {
      trial.history.stalls.push({ fromMs: 20_000, toMs: 24_000 });
      const answers = [{ type: 'delivered', atMs: 24_000 }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers, heard: [{ atMs: 24_000 }] });
    },
  ],
  [
    'arrived or not, when nobody claims to know',
    (trial) => {
      const answers = [{ type: 'error', code: 'delivery-timeout' }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers });
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers, heard: [] });
    },
  ],
  [
    'not arrived: refused',
    (trial) => {
      const answers = [{ type: 'error', code: 'peer-unreachable' }] as const;
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers, heard: [] });
    },
  ],
  [
    'delivered and not arrived: the line of the receiver broke',
    (trial) => {
      trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [] });
      trial.end(trial.bob, 20_003);
      trial.socket({ client: 'bob', fromMs: 21_000, resumed: true });
    },
  ],
  [
    'delivered and not arrived: the line had broken, and the node of the receiver was frozen and could not know',
    (trial) => {
      trial.frozen.push({ url: trial.bob.url, fromMs: 14_000, toMs: 19_900 });
      trial.end(trial.bob, 15_000);
      trial.socket({ client: 'bob', fromMs: 25_000, resumed: true });
      trial.signal({ sender: trial.ada, receiver: trial.bob, heard: [] });
    },
  ],
  [
    'kept and not arrived: the receiver never came back',
    (trial) => {
      trial.end(trial.bob, 19_000);
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'kept' }], heard: [] });
      trial.socket({ client: 'bob', fromMs: 50_000, resumed: false, life: 2 });
    },
  ],
  [
    'kept and not arrived: the receiver came back to the line breaking again',
    (trial) => {
      trial.end(trial.bob, 19_000);
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'kept' }], heard: [] });
      trial.socket({ client: 'bob', fromMs: 25_000, toMs: 25_010, resumed: true });
      trial.socket({ client: 'bob', fromMs: 50_000, resumed: false, life: 2 });
    },
  ],
  [
    'kept and not arrived: the sender was gone',
    (trial) => {
      trial.end(trial.bob, 19_000);
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'kept' }], heard: [] });
      trial.end(trial.ada, 21_000, 1000);
      trial.socket({ client: 'bob', fromMs: 25_000, resumed: true });
      trial.socket({ client: 'ada', fromMs: 26_000, life: 2 });
    },
  ],
  [
    'kept and not arrived, and back as somebody else: Redis had lost its memory',
    (trial) => {
      trial.end(trial.bob, 19_000);
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'kept' }], heard: [] });
      trial.losses.push(22_000);
      trial.socket({ client: 'bob', fromMs: 25_000, toMs: 30_000, resumed: true });
      trial.losses.push(31_000);
      trial.socket({ client: 'bob', fromMs: 32_000, resumed: false, life: 2 });
    },
  ],
  [
    'twice, and late: mail that says so',
    (trial) => {
      trial.end(trial.bob, 19_000);
      const next = trial.socket({ client: 'bob', fromMs: 25_000, toMs: 25_100, resumed: true });
      const last = trial.socket({ client: 'bob', fromMs: 26_000, resumed: true });
      const heard = [
        { at: next, atMs: 25_002 },
        { at: last, atMs: 26_002, mailed: 1 },
      ];
      trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [{ type: 'kept' }], heard });
    },
  ],
  [
    'out of order: what the socket of the sender left behind when it ended',
    (trial) => {
      const first = trial.signal({ sender: trial.ada, receiver: trial.bob, answers: [], heard: [] });
      trial.end(trial.ada, 20_001);
      const next = trial.socket({ client: 'ada', fromMs: 20_100, resumed: true });
      trial.signal({ sender: next, receiver: trial.bob, sentAtMs: 20_101 });
      trial.hear(first, { receiver: trial.bob, atMs: 20_200 });
    },
  ],
  [
    'somebody else after the window',
    (trial) => {
      trial.end(trial.bob, 20_000);
      trial.socket({ client: 'bob', fromMs: 36_000, resumed: false, life: 2 });
    },
  ],
  [
    'replaced by its own next socket',
    (trial) => {
      trial.socket({ client: 'bob', fromMs: 30_000, resumed: true });
      trial.end(trial.bob, 30_010, 4200);
    },
  ],
];

describe('the judge', () => {
  it('finds nothing wrong with a trial in which all went well', () => {
    expect(judge(new Fabricated().findings())).toEqual({});
  });

  it.each(crimes)('finds out when not: %s (%s)', (invariant, _what, deed) => {
    const trial = new Fabricated();
    const changed = deed(trial) ?? {};
    expect(Object.keys(judge(trial.findings(changed)))).toEqual([invariant]);
  });

  it.each(excuses)('lets pass: %s', (_what, deed) => {
    const trial = new Fabricated();
    const changed = deed(trial) ?? {};
    expect(judge(trial.findings(changed))).toEqual({});
  });

  it('was shown every invariant broken', () => {
    expect(new Set(crimes.map(([invariant]) => invariant))).toEqual(new Set(Object.keys(INVARIANTS)));
  });
});
