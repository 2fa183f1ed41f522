import type { Account, Hearsay, Saying } from './account.ts';
import { briefly, lifeKey } from './history.ts';

/** What an account is judged by. */
export interface AccountFindings {
  readonly account: Account;
  /** What was said when everything was well again, and not heard. */
  readonly unreached: readonly string[];
}

/** What the SDK promises to programs, whatever befalls the cluster: each answers what is wrong. */
export const PROMISES = {
  'nothing is lost in silence': ({ account }) => lostInSilence(account),
  'nothing arrives twice': ({ account }) => arrivedAgain(account),
  'everything arrives in order': ({ account }) => overtaken(account),
  'everything arrives where it should': ({ account }) => astray(account),
  'nothing comes back twice': ({ account }) => returnedAgain(account),
  'nobody is sent away': ({ account }) => account.oddities,
  'healed, everybody hears everybody': ({ unreached }) => unreached,
} as const satisfies Record<string, (findings: AccountFindings) => readonly string[]>;

export type SdkPromise = keyof typeof PROMISES;

/** What is broken, and how; nothing if nothing is. */
export function judgeAccount(findings: AccountFindings): Partial<Record<SdkPromise, readonly string[]>> {
  const wrongs = Object.entries(PROMISES).map(([promise, find]) => [promise, find(findings)] as const);
  return Object.fromEntries(wrongs.filter(([, found]) => found.length > 0));
}

/** Neither heard nor given back. Both may be: who is told that something may not have arrived is not told that it has not. */
function lostInSilence({ pending }: Account): string[] {
  return pending.map((saying) => `${name(saying)} was neither heard nor given back`);
}

function arrivedAgain({ hearsays }: Account): string[] {
  const heard = new Set<string>();
  return hearsays.flatMap(({ id }) => {
    const isAgain = heard.has(id);
    heard.add(id);
    return isAgain ? [`${id} was heard again`] : [];
  });
}

/** From one life to another in one room; what is missing in between is for others to judge. */
function overtaken({ sayings, hearsays }: Account): string[] {
  const furthest = new Map<string, number>();
  return hearsays.flatMap(({ id, from, by, room }) => {
    const saying = sayings.get(id);
    if (!saying) return [];
    const stream = [lifeKey(from), lifeKey(by), room].join(' ');
    const before = furthest.get(stream) ?? 0;
    furthest.set(stream, Math.max(before, saying.place));
    return saying.place < before ? [`${name(saying)} was heard after no. ${before}`] : [];
  });
}

/** By whom it was meant for, from whom it was, and nowhere else. */
function astray({ sayings, hearsays }: Account): string[] {
  const isRight = (saying: Saying, { from, by, room }: Hearsay) =>
    room === saying.room && lifeKey(from) === lifeKey(saying.from) && lifeKey(by) === lifeKey(saying.to);
  return hearsays.flatMap((hearsay) => {
    const saying = sayings.get(hearsay.id);
    if (saying && isRight(saying, hearsay)) return [];
    const where = `by ${briefly(hearsay.by.peer)} in ${hearsay.room}`;
    return [
      saying ? `${name(saying)} was heard ${where}` : `${hearsay.id} was heard ${where}, and never said`,
    ];
  });
}

function returnedAgain({ sayings }: Account): string[] {
  return [...sayings.values()]
    .filter(({ returned }) => returned.length > 1)
    .map((saying) => `${name(saying)} came back as ${saying.returned.join(' and ')}`);
}

/** For people, who want to find it again. */
function name({ id, place, to, room, returned }: Saying): string {
  const fate = returned.length > 0 ? `, returned as ${returned.join()}` : '';
  return `${id} (no. ${place} to ${briefly(to.peer)} in ${room}${fate})`;
}
