/**
 * Two browsers meet by a code and talk to each other directly.
 *
 * - `meeting.ts` what happens, by `@parley/client`: the server, the room, who else is in it
 * - `status.ts` what it means, and `words.ts` how to say it
 * - `stage.ts`, `invitation.ts`, `messages.ts`, `shown-file.ts`, `call.ts`, `live-view.ts` what people see of it; `page.ts` its parts
 */
import { ParleyError, readCode } from '@parley/client';
import type { Peer } from '@parley/client';

import { readAddress } from './address.ts';
import { Call } from './call.ts';
import { Chat } from './chat.ts';
import { onDrop } from './drop.ts';
import { prepareInvitation, showInvitation } from './invitation.ts';
import { showLive } from './live-view.ts';
import { liveRows } from './live.ts';
import { Meeting } from './meeting.ts';
import { showNote } from './messages.ts';
import { page } from './page.ts';
import { leadToWriting, showStatus } from './stage.ts';
import { statusOf } from './status.ts';
import type { Facts } from './status.ts';
import { sendFiles, takeFiles } from './transfer.ts';
import { codeProblem, problemWords } from './words.ts';

/** Who loads the page again is gone for a moment; nobody films on for somebody who stays away longer. */
const COMES_BACK_MS = 10_000;

const address = readAddress(location);
const call = new Call();
let chat: Chat | undefined;

const meeting = new Meeting(address, { changed: show, met: meet });

prepareInvitation();
page.joinForm.addEventListener('submit', (event) => {
  event.preventDefault();
  void join(page.joinInput.value);
});
page.joinInput.addEventListener('input', () => showProblem(''));
page.composer.addEventListener('submit', (event) => {
  event.preventDefault();
  sendText();
});
page.fileInput.addEventListener('change', () => {
  if (page.fileInput.files) send(page.fileInput.files);
  // Or the same file could not be chosen again.
  page.fileInput.value = '';
});
page.anew.addEventListener('click', () => startAnew());
page.leave.addEventListener('click', () => startAnew());
addEventListener('hashchange', () => {
  if (readCode(location.hash) !== meeting.facts.code) location.reload();
});
onDrop(isOpen, send);
void begin();

// Coming and going ------------------------------------------------------------------------------------------------------

/** Who opens a link joins by itself; who opens the bare page has a room at once. */
async function begin(): Promise<void> {
  const { invitation } = address;
  const code = readCode(invitation);
  if (invitation !== '' && code === undefined) showProblem(codeProblem(invitation));
  await meeting.begin(code);
}

async function join(text: string): Promise<void> {
  const code = readCode(text);
  if (code === undefined) return showProblem(codeProblem(text));
  if (code === meeting.facts.code)
    return showProblem('That is the code of this page: it is for the other side.');
  if (!meeting.canMove) return goTo(code);
  try {
    await meeting.move(code);
    showProblem('');
    page.joinInput.value = '';
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    const { title, hint } = problemWords(error.code, error.retryAfterMs);
    showProblem(`${title}. ${hint}`);
  }
}

function startAnew(): void {
  goTo(undefined);
}

function goTo(code: string | undefined): void {
  meeting.close();
  history.replaceState(null, '', address.here(code));
  location.reload();
}

// Talking ---------------------------------------------------------------------------------------------------------------

function meet(peer: Peer): void {
  chat = new Chat(peer, { changed: show, opened: greet });
  call.meet(peer);
  takeFiles(peer);
  peer.on('left', (reason) => {
    if (reason !== 'left' && reason !== 'kicked') return;
    showNote('The other side has left.');
    setTimeout(() => peer === meeting.peer && call.end(), COMES_BACK_MS);
  });
}

function greet(): void {
  showNote(
    'What you write now goes from browser to browser. Files too: drop one anywhere, or take the paper clip.',
  );
  show();
  leadToWriting();
}

function isOpen(): boolean {
  return chat?.isOpen === true;
}

function sendText(): void {
  const text = page.messageInput.value.trim();
  if (text === '' || !isOpen()) return;
  chat?.say(text);
  page.messageInput.value = '';
}

function send(files: FileList): void {
  if (meeting.peer && isOpen()) sendFiles(meeting.peer, files);
}

// What is shown ---------------------------------------------------------------------------------------------------------

function show(): void {
  const { facts } = meeting;
  showStatus(statusOf(facts));
  showInvitation(address, facts.code);
  showLive(liveRows(facts, meeting.insight));
  const isTalking = isOpen();
  for (const control of [page.messageInput, page.fileInput, page.send]) control.disabled = !isTalking;
  call.allow(canCall(facts));
  if (facts.code !== undefined && readCode(location.hash) !== facts.code)
    history.replaceState(null, '', address.here(facts.code));
}

/** A call begins by way of the server, even where the link stands without it. */
function canCall({ link, server, other, end }: Facts): boolean {
  return link === 'connected' && server.state === 'open' && other !== 'left' && end === undefined;
}

function showProblem(text: string): void {
  page.problem.textContent = text;
  page.joinInput.setAttribute('aria-invalid', String(text !== ''));
  if (text === '') return;
  page.joinInput.focus();
  // The field alone may be all of the form that a phone shows.
  page.joinForm.scrollIntoView({ block: 'nearest' });
}
