/** What holds whatever happens in whatever order, each by itself. */
export const LAWS = {
  owner: 'the highest fence that has not said goodbye speaks for the peer',
  right: 'nobody takes a place without a right to it',
  resume: 'a peer is continued if and only if its life goes on and the same user has a secret that is good',
  life: 'a peer that is continued has the same instance and the same rooms, and knows who spoke for it',
  oldEnd: 'an old end changes nothing of a newer claim',
  unproven: 'a claim without proof changes nothing',
  place: 'a peer is where its session last said that it is',
  window: 'a window is over when it has ended, not earlier, and not later for whoever looks',
  mailLost: 'mail is not lost before its session is confirmed',
  mailTwice: 'mail is not handed over again once its session is confirmed, nor once its window has ended',
  mailOrder: 'mail is handed over in order',
  mailed: 'mail says how often it was handed to sessions that never said a word',
  bounds: 'mail is kept within its bounds, and up to them',
  waits: 'a session that has mail waiting, and no other, is to come back for it',
  moved: 'a seat moves with its peer and keeps joinedAt, user and meta',
  seats: 'a room has the seats that were taken and not given up',
  ends: 'everything that is kept has an end',
  step: 'whoever knows the room before a change needs to know nothing but the change',
} as const;

export type Law = keyof typeof LAWS;

export class LawBroken extends Error {
  readonly law: Law;

  constructor(law: Law, detail: unknown) {
    super(`${LAWS[law]}, but: ${JSON.stringify(detail)}`);
    this.law = law;
  }
}

/** @throws LawBroken */
export function insist(law: Law, holds: boolean, detail: unknown): void {
  if (!holds) throw new LawBroken(law, detail);
}
