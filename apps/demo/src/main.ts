/**
 * Two browsers meet by a code and talk to each other directly.
 *
 * - `signaling.ts` the WebSocket to a Parley node; `peer.ts` the connection to the other browser
 * - `visit.ts` what ties the two together: one stay in a room
 * - `conversation.ts` what is said over the data channel
 * - this file and `page.ts`, `messages.ts`, `state-line.ts`, `words.ts`, `copy.ts`: what people see
 */
import type { RoomId } from '@parley/protocol/plain';

import type { ArrivingFile } from './arriving-file.ts';
import { readCode } from './code.ts';
import { Conversation, MAX_FILE_BYTES } from './conversation.ts';
import { copy, forgetCopy } from './copy.ts';
import { sha256 } from './digest.ts';
import { showFile, showNote, showText } from './messages.ts';
import { page } from './page.ts';
import { showStateLine } from './state-line.ts';
import { Visit } from './visit.ts';
import type { VisitState } from './visit.ts';
import { endText, sizeText } from './words.ts';

/** For servers that want a token: part of the page's address, and so of the link that invites. */
const token = readToken(new URLSearchParams(location.search).get('token'));

let visit: Visit | undefined;
let conversation: Conversation | undefined;

page.start.addEventListener('click', () => enter(undefined));
page.joinForm.addEventListener('submit', (event) => {
  event.preventDefault();
  join(page.joinInput.value);
});
page.joinInput.addEventListener('input', () => showProblem(''));
page.leave.addEventListener('click', () => goHome());
page.copyCode.addEventListener('click', () => void copy(page.code, 'Code'));
page.copyLink.addEventListener('click', () => void copy(page.link, 'Link'));
page.composer.addEventListener('submit', (event) => {
  event.preventDefault();
  sendText();
});
page.fileInput.addEventListener('change', () => sendFiles());

addEventListener('hashchange', () => openLink());
addEventListener('online', () => visit?.hurry());
document.addEventListener('visibilitychange', () => document.hidden || visit?.hurry());
addEventListener('pagehide', () => visit?.leave());
// A page that the browser had kept aside has said goodbye; it begins anew.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

openLink();

// Coming and going ------------------------------------------------------------------------------------------------------

function openLink(): void {
  const text = location.hash.slice(1);
  if (text !== '' && text !== page.code.textContent) join(text);
}

function join(text: string): void {
  const code = readCode(text);
  if (code !== undefined) return enter(code);
  goHome();
  page.joinInput.value = text;
  showProblem(
    text.trim() === ''
      ? 'Please enter the code you were given.'
      : 'A code has eight letters and digits, like 7KMP-X2QD.',
  );
}

function enter(code: RoomId | undefined): void {
  visit?.leave();
  showProblem('');
  page.messages.replaceChildren();
  showCode(code);
  // Until the server has let this page in, nobody is invited: the code may be none.
  page.invite.hidden = true;
  show('room');
  page.chat.hidden = true;
  showState('entering', true);
  const entering = new Visit(token, code, {
    entered: showCode,
    changed: (state, online) => entering === visit && showState(state, online),
    talking: (channel) => entering === visit && converse(channel),
    ended: (reason, retryAfterMs) => end(entering, code, endText(reason, retryAfterMs)),
  });
  visit = entering;
}

function end(ended: Visit, code: RoomId | undefined, why: string): void {
  if (ended !== visit) return;
  goHome();
  page.joinInput.value = code ?? '';
  showProblem(why);
}

function goHome(): void {
  visit?.leave();
  visit = undefined;
  conversation = undefined;
  showCode(undefined);
  show('home');
}

// Talking ---------------------------------------------------------------------------------------------------------------

function converse(channel: RTCDataChannel): void {
  showNote('You are connected. What you write now goes from browser to browser.');
  conversation = new Conversation(channel, {
    text: (text) => showText('theirs', text),
    file: (file) => void receiveFile(file),
  });
}

async function receiveFile(file: ArrivingFile): Promise<void> {
  const shown = showFile('theirs', file);
  file.onProgress = shown.progress;
  const whole = await file.whole;
  if (whole === undefined) shown.failed();
  else shown.received(URL.createObjectURL(whole), await sha256(whole));
}

function sendText(): void {
  const text = page.messageInput.value.trim();
  if (text === '' || conversation?.open !== true) return;
  conversation.sendText(text);
  showText('mine', text);
  page.messageInput.value = '';
}

function sendFiles(): void {
  for (const file of page.fileInput.files ?? []) void sendFile(file);
  // Or the same file could not be chosen again.
  page.fileInput.value = '';
}

async function sendFile(file: File): Promise<void> {
  if (conversation === undefined) return;
  if (file.size > MAX_FILE_BYTES)
    return showNote(`${file.name} is too large: at most ${sizeText(MAX_FILE_BYTES)}.`);
  const shown = showFile('mine', { name: file.name, bytes: file.size });
  if (await conversation.sendFile(file, shown.progress)) shown.sent(await sha256(file));
  else shown.failed();
}

// What is shown ---------------------------------------------------------------------------------------------------------

/** A browser throws for a subprotocol of some characters; with `!`, which no token has, the server calls it malformed. */
function readToken(text: string | null): string | undefined {
  return text?.replaceAll(/[^A-Za-z0-9._~-]/g, '!') || undefined;
}

function show(view: 'home' | 'room'): void {
  const [shown, hidden] = view === 'home' ? [page.home, page.room] : [page.room, page.home];
  if (!shown.hidden) return;
  shown.hidden = false;
  hidden.hidden = true;
  shown.querySelector<HTMLElement>('h1, h2')?.focus();
}

function showProblem(text: string): void {
  page.problem.textContent = text;
  page.joinInput.setAttribute('aria-invalid', String(text !== ''));
  if (text === '') return;
  page.joinInput.focus();
  page.problem.scrollIntoView({ block: 'nearest' });
}

function showCode(code: RoomId | undefined): void {
  const { pathname, search, origin } = location;
  const path = `${pathname}${search}${code === undefined ? '' : `#${code}`}`;
  history.replaceState(null, '', path);
  page.code.textContent = code ?? '';
  page.link.textContent = page.link.href = origin + path;
  page.invite.hidden = code === undefined;
  page.sameMachine.hidden = !['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
}

function showState(state: VisitState, online: boolean): void {
  const before = page.room.dataset['state'];
  const connected = state === 'connected';
  page.room.dataset['state'] = state;
  showStateLine(state, online);
  if (before !== state) forgetCopy();
  for (const control of [page.messageInput, page.fileInput, page.send]) control.disabled = !connected;
  if (connected) page.chat.hidden = false;
  page.invite.classList.toggle(
    'aside',
    state === 'connecting' || state === 'connected' || state === 'reconnecting',
  );
  if (connected && before !== state) page.messageInput.focus();
  if (state === 'left' && before !== state)
    showNote('The other side has left. The code is still good: somebody can join again.');
}
