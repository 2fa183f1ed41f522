import { Evidence, type Findings } from './evidence.ts';
import { answeredInTime, answeredOnce, answeredSensibly, refusedStaysAway } from './judge-answers.ts';
import {
  arrivesFresh,
  arrivesFromKnownPeers,
  arrivesInOrder,
  arrivesOnce,
  arrivesWhereItShould,
  deliveredArrives,
  keptArrives,
} from './judge-arrivals.ts';
import { comesBackAsItself, nobodyIsSentAway, roomsAgree, staysItself } from './judge-ends.ts';

/** What must hold of every trial, whatever befell the cluster: each answers what is wrong. */
export const INVARIANTS = {
  'every signal is answered exactly once': answeredOnce,
  'every answer comes in time': answeredInTime,
  'every answer makes sense': answeredSensibly,
  'what was refused does not arrive': refusedStaysAway,
  'nothing arrives twice unmarked': arrivesOnce,
  'everything arrives where it should': arrivesWhereItShould,
  'what was delivered arrives': deliveredArrives,
  'what was kept arrives': keptArrives,
  'everything arrives in order': arrivesInOrder,
  'nothing stale arrives': arrivesFresh,
  'nobody hears a stranger': arrivesFromKnownPeers,
  'who comes back in time is who it was': comesBackAsItself,
  'a life that goes on is the same life': staysItself,
  'nobody is sent away': nobodyIsSentAway,
  'every room agrees on who is in it': roomsAgree,
  'healed, everybody reaches everybody': ({ findings }) => findings.unreached,
  'Redis forgets a dead node': ({ findings }) => findings.leftovers,
  'nodes have nothing to complain about': ({ findings }) => findings.complaints,
  'nobody is told what makes no sense': ({ findings }) => findings.history.oddities,
} as const satisfies Record<string, (evidence: Evidence) => readonly string[]>;

export type Invariant = keyof typeof INVARIANTS;

/** What is broken, and how; nothing if nothing is. */
export function judge(findings: Findings): Partial<Record<Invariant, readonly string[]>> {
  const evidence = new Evidence(findings);
  const wrongs = Object.entries(INVARIANTS).map(([invariant, find]) => [invariant, find(evidence)] as const);
  return Object.fromEntries(wrongs.filter(([, found]) => found.length > 0));
}
