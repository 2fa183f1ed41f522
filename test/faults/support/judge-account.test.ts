import { describe, expect, it } from 'vitest';

import { Account } from './account.ts';
import { judgeAccount, PROMISES, type SdkPromise } from './judge-account.ts';

const ada = { peer: 'ada', instance: 'ada-1' };
const bob = { peer: 'bob', instance: 'bob-1' };
const bobAnew = { peer: 'bob', instance: 'bob-2' };
const NUMBERS = 20;
const [SOME, NEXT] = ['ada:7', 'ada:8'];

/** Twenty numbers from one to another, all heard in order. */
function flawless(): Account {
  const account = new Account();
  for (let place = 1; place <= NUMBERS; place += 1) {
    const id = `ada:${place}`;
    account.sayings.set(id, { id, from: ada, to: bob, room: 'hall', place, returned: [] });
    account.hearsays.push({ id, from: ada, by: bob, room: 'hall' });
  }
  return account;
}

const indexOf = (account: Account, id: string) => account.hearsays.findIndex((heard) => heard.id === id);
const again = (account: Account, id: string) =>
  account.hearsays.push(account.hearsays[indexOf(account, id)]!);

/** What must not be: each breaks one promise and no other. */
const crimes: readonly (readonly [string, SdkPromise, (account: Account) => unknown])[] = [
  [
    'a loss in the middle',
    'nothing is lost in silence',
    (account) => account.hearsays.splice(indexOf(account, SOME), 1),
  ],
  ['a loss at the end', 'nothing is lost in silence', (account) => account.hearsays.pop()],
  ['one who hears nothing at all', 'nothing is lost in silence', (account) => account.hearsays.splice(0)],
  [
    'a duplicate right away',
    'nothing arrives twice',
    (account) =>
      account.hearsays.splice(indexOf(account, SOME), 0, account.hearsays[indexOf(account, SOME)]!),
  ],
  [
    'a duplicate of what came back',
    'nothing arrives twice',
    (account) => {
      again(account, `ada:${NUMBERS}`);
      account.sayings.get(`ada:${NUMBERS}`)?.returned.push('lost');
    },
  ],
  [
    'two that are swapped',
    'everything arrives in order',
    (account) => {
      const [first] = account.hearsays.splice(indexOf(account, SOME), 1);
      account.hearsays.splice(indexOf(account, NEXT) + 1, 0, first!);
    },
  ],
  [
    'one that came back, and comes late',
    'everything arrives in order',
    (account) => {
      const [first] = account.hearsays.splice(indexOf(account, SOME), 1);
      account.hearsays.push(first!);
      account.sayings.get(SOME)?.returned.push('lost');
    },
  ],
  [
    'one that another life hears',
    'everything arrives where it should',
    (account) =>
      (account.hearsays[indexOf(account, SOME)] = { id: SOME, from: ada, by: bobAnew, room: 'hall' }),
  ],
  [
    'one that is heard in another room',
    'everything arrives where it should',
    (account) => (account.hearsays[indexOf(account, SOME)] = { id: SOME, from: ada, by: bob, room: 'attic' }),
  ],
  [
    'one that nobody said',
    'everything arrives where it should',
    (account) => account.hearsays.push({ id: 'eve:1', from: ada, by: bob, room: 'hall' }),
  ],
  [
    'one that comes back twice',
    'nothing comes back twice',
    (account) => account.sayings.get(SOME)?.returned.push('lost', 'lost'),
  ],
  ['somebody who is sent away', 'nobody is sent away', (account) => account.oddities.push('closed: banned')],
];

describe('the judge of what the SDK promises', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(judgeAccount({ account: flawless(), unreached: [] })).toEqual({});
  });

  it('forgives what came back, heard or not', () => {
    const account = flawless();
    account.hearsays.splice(indexOf(account, SOME), 1);
    for (const id of [SOME, NEXT]) account.sayings.get(id)?.returned.push('lost');
    expect(judgeAccount({ account, unreached: [] })).toEqual({});
  });

  it.each(crimes)('notices %s', (_, promise, commit) => {
    const account = flawless();
    commit(account);
    expect(Object.keys(judgeAccount({ account, unreached: [] }))).toEqual([promise]);
  });

  it('notices whom nobody reaches any more, and knows a crime for each promise', () => {
    const { 'healed, everybody hears everybody': found } = judgeAccount({
      account: flawless(),
      unreached: ['ada:21'],
    });
    expect(found).toEqual(['ada:21']);
    const broken = new Set([...crimes.map(([, promise]) => promise), 'healed, everybody hears everybody']);
    expect(broken).toEqual(new Set(Object.keys(PROMISES)));
  });
});
