import fc from 'fast-check';
import type { NodeId } from '@parley/protocol';
import { NODE_1, NODE_2, NODE_3 } from '../samples.ts';

export const NODES = [NODE_1, NODE_2, NODE_3] as const;
export const WHO = ['ann', 'bob'] as const;
export type Who = (typeof WHO)[number];

const who = fc.constantFrom(...WHO);
/** Which session of a peer: 0 is the last that has spoken for it, 1 the one before, and so on. */
const back = fc.constantFrom<number>(0, 0, 0, 0, 1, 1, 2);
const lifeMs = fc.constantFrom<number>(100, 400, 400);
const awayMs = fc.constantFrom<number>(50, 150, 150);
const meta = fc.option(fc.constantFrom('1', '2'), { nil: undefined });
const lost = fc.constantFrom<readonly NodeId[]>([], [], [NODE_1], [NODE_2, NODE_3], NODES);
/** `mercyMs`: from now on; 0 is none. */
const reading = fc.record({ lost, awayMs, mercyMs: fc.constantFrom<number>(0, 0, 0, 120) });

const claim = fc.record({
  kind: fc.constant('claim' as const),
  who,
  /** `late`: opened before the last one, and heard of after it. */
  session: fc.constantFrom(
    'next' as const,
    'next' as const,
    'next' as const,
    'again' as const,
    'late' as const,
  ),
  comeback: fc.option(
    fc.record({
      as: fc.constantFrom('resume' as const, 'resume' as const, 'resume' as const, 'restart' as const),
      secret: fc.constantFrom<number | 'proven' | 'guessed'>(0, 0, 0, 'proven', 'proven', 1, 2, 'guessed'),
    }),
    { nil: undefined, freq: 6 },
  ),
  isFixed: fc.constantFrom(false, false, true),
  isEve: fc.constantFrom(false, false, false, false, true),
  lifeMs,
  reading,
});
const assert = fc.record({ kind: fc.constant('assert' as const), who, back, lifeMs, reading });
const confirm = fc.record({ kind: fc.constant('confirm' as const), who, back });
const away = fc.record({ kind: fc.constant('away' as const), who, back, awayMs, lifeMs });
const abandon = fc.record({ kind: fc.constant('abandon' as const), who, back, awayMs });
const put = fc.record({
  kind: fc.constant('put' as const),
  who,
  isForFormerLife: fc.constantFrom(false, false, false, false, true),
  bytes: fc.constantFrom<number>(0, 0, 0, 0, 0, 100_000),
  reading,
});
const bye = fc.record({ kind: fc.constant('bye' as const), who, back });

const join = fc.record({
  kind: fc.constant('join' as const),
  who,
  back,
  meta,
  capacity: fc.constantFrom(1, 2, 2),
  lifeMs,
  reading,
});
const seatAway = fc.record({ kind: fc.constant('seat-away' as const), who, back, awayMs, lifeMs });
const seatResume = fc.record({ kind: fc.constant('seat-resume' as const), who, back, lifeMs, reading });
const leave = fc.record({ kind: fc.constant('leave' as const), who, back, isOfEarlier: fc.boolean() });
const update = fc.record({ kind: fc.constant('update' as const), who, back, meta });
/** A node asserts the seats that its sessions were once told they had. */
const assertSeats = fc.record({
  kind: fc.constant('assert-seats' as const),
  node: fc.constantFrom(...NODES),
  without: fc.option(who, { nil: undefined }),
  lifeMs,
  reading,
});

const advance = (waitsMs: readonly number[]) =>
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(...waitsMs) });

type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;
export type ClaimStep = Of<typeof claim>;
export type PeerStep =
  | ClaimStep
  | Of<typeof assert | typeof confirm | typeof away | typeof abandon | typeof put | typeof bye>;
export type RoomStep = Of<
  typeof join | typeof seatAway | typeof seatResume | typeof leave | typeof update | typeof assertSeats
>;
export type Step = PeerStep | RoomStep | Of<ReturnType<typeof advance>>;
export type ReadingStep = Of<typeof reading>;

const goneAway: fc.Arbitrary<readonly Step[]> = fc.tuple(away, seatAway).map((both) => sameWho(both));
/** The seat is moved by either of two ways, and then somebody else may have something to say. */
const comeBack: fc.Arbitrary<readonly Step[]> = fc
  .tuple(claim, fc.oneof(seatResume, join), fc.array(fc.oneof(confirm, seatResume), { maxLength: 2 }))
  .map(([first, seated, later]) => {
    const proven = { as: 'resume' as const, secret: 0 };
    const returns = { ...first, session: 'next' as const, isEve: false, comeback: proven };
    return sameWho([returns, { ...seated, back: 0 }, ...later]);
  });
const manyPuts: fc.Arbitrary<readonly Step[]> = fc
  .tuple(put, fc.constantFrom(3, 3, 70))
  .map(([one, times]) => Array.from({ length: times }, () => one));

/** What was kept while its node was taken for lost, and then its node says that it is not. */
const takenForLost = (waitsMs: readonly number[]): fc.Arbitrary<readonly Step[]> =>
  fc.tuple(put, advance(waitsMs), assert).map(([kept, wait, said]) => {
    const found = { ...kept, isForFormerLife: false, reading: { ...kept.reading, lost: NODES } };
    return [found, wait, { ...said, who: kept.who, back: 0 }];
  });

/** Whatever can happen to peers and to a room, in whatever order, and often enough in one that leads somewhere. */
export function anyHistory(waitsMs: readonly number[]): fc.Arbitrary<readonly Step[]> {
  const one = fc.oneof(
    { weight: 6, arbitrary: claim },
    { weight: 3, arbitrary: fc.oneof(assert, confirm, away, abandon) },
    { weight: 6, arbitrary: put },
    { weight: 1, arbitrary: bye },
    { weight: 3, arbitrary: join },
    { weight: 4, arbitrary: fc.oneof(seatAway, seatResume, leave, update, assertSeats) },
    { weight: 4, arbitrary: advance(waitsMs) },
  );
  const some: fc.Arbitrary<readonly Step[]> = fc.oneof(
    { weight: 12, arbitrary: one.map((each): Step[] => [each]) },
    { weight: 4, arbitrary: goneAway },
    { weight: 4, arbitrary: comeBack },
    { weight: 2, arbitrary: takenForLost(waitsMs) },
    { weight: 1, arbitrary: manyPuts },
  );
  return fc.array(some, { minLength: 3, maxLength: 30, size: 'max' }).map((all) => all.flat());
}

type StepOfOne = Extract<Step, { who: Who }>;

function sameWho(steps: readonly StepOfOne[]): Step[] {
  return steps.map((each) => ({ ...each, who: steps[0]?.who ?? each.who }));
}
