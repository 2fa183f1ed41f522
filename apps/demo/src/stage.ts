import { page } from './page.ts';
import type { Stage, Status } from './status.ts';

/** Shows how things stand: the picture, the words, and which parts of the page are of use now. */
export function showStatus({ stage, title, hint, line, server, other }: Status): void {
  const before = page.body.dataset['stage'] as Stage | undefined;
  Object.assign(page.picture.dataset, { line, server, other });
  page.body.dataset['stage'] = page.state.dataset['state'] = stage;
  // A live region speaks whenever it is written to, even if it says the same.
  if (page.state.textContent !== title) page.state.textContent = title;
  if (page.hint.textContent !== hint) page.hint.textContent = hint;
  page.anew.hidden = stage !== 'ended';
  showParts(stage);
  if (before !== stage) keepFocus();
}

function showParts(stage: Stage): void {
  const isTogether = TOGETHER.has(stage);
  page.invite.hidden = isTogether;
  page.invitation.hidden = stage === 'ended';
  if (isTogether) page.talk.hidden = page.live.hidden = page.leave.hidden = false;
  // Then there is nothing to leave, and a button to start anew.
  if (stage === 'ended') page.leave.hidden = true;
}

/** While somebody else is here, nobody needs an invitation; what has been said stays in sight afterwards. */
const TOGETHER: ReadonlySet<Stage> = new Set(['connecting', 'no-path', 'connected', 'reconnecting']);

/** Who works with the keyboard would begin at the top again when the focused part is hidden: it goes on where the page does. */
function keepFocus(): void {
  const focused = document.activeElement;
  if (focused === null || focused === document.body || focused.checkVisibility()) return;
  const next = page.talk.hidden || !page.invite.hidden ? page.joinInput : page.messageInput;
  if (!next.disabled) next.focus();
  else page.talkTitle.focus();
}

/** Once one can write, whoever was led to the conversation is. */
export function leadToWriting(): void {
  if (document.activeElement === page.talkTitle) page.messageInput.focus();
}
