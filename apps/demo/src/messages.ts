import { element } from './element.ts';
import { page } from './page.ts';

export type Side = 'mine' | 'theirs';

/** How many are kept. A page may stay open for weeks, and each file that arrived holds its bytes in memory. */
const MOST_MESSAGES = 500;
/** The event of a message that has been taken from the list. */
export const GONE = 'gone';

// A call takes its room from the messages: the last ones stay in sight.
new ResizeObserver(() => scrollToEnd()).observe(page.messages);

/** A line about the conversation, not of it. */
export function showNote(text: string): void {
  addMessage('note', text);
}

export function showText(side: Side, text: string): void {
  addMessage(side, whose(side), text);
}

/** Adds to the list of messages, whatever it is, and brings it into sight. */
export function addMessage(kind: Side | 'note', ...content: (string | Node)[]): HTMLElement {
  const item = element('div', `message ${kind}`, ...content);
  page.messages.append(item);
  if (page.messages.childElementCount > MOST_MESSAGES) dropOldest();
  scrollToEnd();
  return item;
}

/** For those who hear the page: whom it comes from. */
export function whose(side: Side): HTMLElement {
  return element('span', 'visually-hidden', side === 'mine' ? 'You: ' : 'Other side: ');
}

export function scrollToEnd(): void {
  page.messages.scrollTop = page.messages.scrollHeight;
}

function dropOldest(): void {
  const oldest = page.messages.firstElementChild;
  oldest?.remove();
  oldest?.dispatchEvent(new Event(GONE));
}
