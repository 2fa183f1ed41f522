/** A title, and what to do about it. */
export interface Words {
  readonly title: string;
  readonly hint: string;
}

/** Why it does not go on, for people; by the codes of the protocol and the SDK. */
export function problemWords(code: string, retryAfterMs?: number): Words {
  const known = PROBLEMS.get(code);
  if (known !== undefined) return known;
  if (code === 'rate-limited' || code.startsWith('too-many'))
    return { title: 'Too many attempts', hint: tryAgain(retryAfterMs) };
  if (code === 'credential-malformed' || code.startsWith('token-'))
    return {
      title: 'The token is not taken',
      hint: `This server does not take the token in the address of this page (${code}).`,
    };
  return { title: 'The server said no', hint: `Its reason is "${code}". ${tryAgain(retryAfterMs)}` };
}

const PROBLEMS: ReadonlyMap<string, Words> = new Map(
  Object.entries({
    'room-not-found': {
      title: 'No room has this code',
      hint: 'Check it for a typo, or ask for a new one: a code ends when nobody uses it.',
    },
    'room-ended': {
      title: 'The room has ended',
      hint: 'The server no longer knows it, as after a restart. A new room has a new code.',
    },
    'room-full': { title: 'This room is full', hint: 'Two people are in it already, and it has two seats.' },
    'seat-awaited': {
      title: 'This room is full',
      hint: 'Two people are in it already, and it has two seats. As soon as one is free, you are let in.',
    },
    kicked: { title: 'You have been removed', hint: 'Somebody who runs this server has ended your visit.' },
    banned: { title: 'You are not let in', hint: 'Somebody who runs this server has shut you out.' },
    replaced: {
      title: 'You have gone on elsewhere',
      hint: 'Another tab of yours has taken this place. Go on there, or start anew here.',
    },
    'credential-missing': {
      title: 'This server wants a token',
      hint: 'Add ?token=… to the address of this page.',
    },
    'token-expired': {
      title: 'The token has expired',
      hint: 'The address of this page needs a new one.',
    },
    'not-allowed': { title: 'Not allowed', hint: 'The token of this page does not allow that.' },
    'origin-not-allowed': {
      title: 'Not from this page',
      hint: 'This server takes no connections from pages of this address.',
    },
    'insecure-transport': { title: 'This server wants https', hint: 'Open this page by https://.' },
    unsupported: {
      title: 'This browser has no WebRTC',
      hint: 'Somebody may have switched it off. Any current browser has it.',
    },
    'node-full': { title: 'The server is full', hint: 'Trying again by itself.' },
    'too-many-sessions': {
      title: 'Too many visits from here',
      hint: 'This server takes no more from your network. Trying again by itself.',
    },
    'cluster-unavailable': {
      title: 'The server cannot reach its cluster',
      hint: 'Such a moment passes.',
    },
    unreachable: {
      title: 'The server cannot be reached',
      hint: 'Is it running, and are you online? Trying again by itself.',
    },
  } satisfies Record<string, Words>),
);

/** Why there is no line to the server while one is tried for. */
export function serverWords(reason: string | undefined): Words {
  return problemWords(SERVER_REASONS.find((known) => known === reason) ?? 'unreachable');
}

/** All others look the same from here: the server is not there, and may come back. */
const SERVER_REASONS = ['node-full', 'too-many-sessions', 'cluster-unavailable'] as const;

/** What is said of something typed that can be no code. */
export function codeProblem(text: string): string {
  return text.trim() === ''
    ? 'Please enter the code that you were told.'
    : 'A code has eight letters and digits, like 7KMP-X2QD.';
}

/** Why there is no camera or microphone; by the names of the exceptions of getUserMedia (W3C Media Capture, section 10.2). */
export function cameraProblem(reason: string): string {
  return CAMERA_PROBLEMS.get(reason) ?? `The camera could not be started (${reason}).`;
}

const CAMERA_PROBLEMS: ReadonlyMap<string, string> = new Map([
  [
    'insecure',
    'Browsers give the camera and microphone to https pages only. Chat and files work here all the same.',
  ],
  ['NotAllowedError', 'The camera was refused. Allow it beside the address of this page, then try again.'],
  ['NotFoundError', 'No camera and no microphone were found.'],
  ['NotReadableError', 'Another program is using the camera or microphone.'],
]);

/** Why a file did not arrive; by the codes of the SDK. */
export function fileProblem(code: string): string {
  return FILE_PROBLEMS.get(code) ?? `not sent (${code})`;
}

const FILE_PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['closed', 'not finished: the connection ended'],
  ['too-big', 'too large for the other side'],
  ['rejected', 'not wanted by the other side'],
  ['declined', 'declined'],
  ['withdrawn', 'taken back'],
  ['unreadable', 'cannot be read any more'],
  ['hash-mismatch', 'arrived damaged, and was thrown away'],
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
