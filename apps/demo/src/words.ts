import type { VisitState } from './visit.ts';

/** What the state line says once the server has been looked for in vain for a while. */
export const UNREACHABLE = 'The server cannot be reached, trying again';

/** What the state line says. */
export function stateText(state: VisitState, online: boolean): string {
  if (state === 'connected') {
    return online ? 'Connected directly' : 'Connected directly, the server is out of reach';
  }
  if (!online && state !== 'entering') return 'Connection lost, trying again';
  return {
    entering: 'Reaching the server',
    waiting: 'Waiting for somebody to join',
    connecting: 'Somebody is here, connecting',
    reconnecting: 'Connection lost, trying again',
    left: 'The other side has left',
  }[state];
}

/** Why a visit ended, for people; by the codes of the protocol. */
export function endText(code: string, retryAfterMs?: number): string {
  const known = END_TEXTS.get(code);
  if (known !== undefined) return known;
  if (code === 'rate-limited') return `Too many attempts. ${tryAgain(retryAfterMs)}`;
  if (code === 'credential-malformed' || code.startsWith('token-')) {
    return `This server does not take the token in the address of this page (${code}).`;
  }
  return `The server said no (${code}). ${tryAgain(retryAfterMs)}`;
}

const END_TEXTS: ReadonlyMap<string, string> = new Map([
  [
    'room-not-found',
    'There is no room with this code. Check it for a typo, or ask for a new one: codes expire.',
  ],
  ['room-full', 'Two people are already in this room.'],
  ['credential-missing', 'This server wants a token: add ?token=… to the address of this page.'],
  ['token-expired', 'The token in the address of this page has expired: it takes a new one.'],
  ['not-allowed', 'This server does not let you do that.'],
  ['cluster-unavailable', 'The server cannot reach its cluster right now. Please try again in a moment.'],
  ['origin-not-allowed', 'This server takes no connections from pages of this address.'],
  ['insecure-transport', 'This server wants https.'],
  ['replaced', 'You have gone on in another window.'],
  ['kicked', 'You have been removed from the room.'],
  ['banned', 'This server does not let you in.'],
]);

function tryAgain(retryAfterMs: number | undefined): string {
  if (retryAfterMs === undefined) return 'Please try again later.';
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return `Please try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}

/** A size as people read it. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}
