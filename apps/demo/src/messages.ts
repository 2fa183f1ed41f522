import { page } from './page.ts';
import { sizeText } from './words.ts';

export type Side = 'mine' | 'theirs';

/** A line about the conversation, not of it. */
export function showNote(text: string): void {
  add('note', text);
}

export function showText(side: Side, text: string): void {
  add(side, whose(side), text);
}

/** A file in the list of messages, on its way and after. */
export interface ShownFile {
  readonly progress: (bytes: number) => void;
  /** The other side has it. */
  readonly sent: (sha256: string | undefined) => void;
  /** It is here, and can be saved from this address. */
  readonly received: (url: string, sha256: string | undefined) => void;
  readonly failed: () => void;
}

export function showFile(
  side: Side,
  { name, bytes }: { readonly name: string; readonly bytes: number },
): ShownFile {
  const title = create('span', 'file-name', name);
  const size = create('span', 'file-size', sizeText(bytes));
  const bar = Object.assign(create('progress'), {
    max: Math.max(1, bytes),
    value: 0,
    ariaLabel: `Progress of ${name}`,
  });
  const item = add(side, whose(side), title, size, bar);
  const settle = (sha256: string | undefined) => {
    bar.remove();
    if (sha256 !== undefined) item.append(create('span', 'hash', `SHA-256 ${sha256}`));
    scrollToEnd();
  };
  return {
    progress: (done) => (bar.value = done),
    sent(sha256) {
      settle(sha256);
      size.textContent = `${sizeText(bytes)}, sent`;
    },
    received(url, sha256) {
      const link = Object.assign(create('a', 'file-name', name), { href: url, download: name });
      link.dataset['testid'] = 'received-file';
      link.dataset['bytes'] = String(bytes);
      if (sha256 !== undefined) link.dataset['sha256'] = sha256;
      settle(sha256);
      title.replaceWith(link);
    },
    failed() {
      settle(undefined);
      size.textContent = `${sizeText(bytes)}, not finished: the connection was lost`;
    },
  };
}

function whose(side: Side): HTMLElement {
  return create('span', 'visually-hidden', side === 'mine' ? 'You: ' : 'Other side: ');
}

function add(kind: Side | 'note', ...content: (string | HTMLElement)[]): HTMLElement {
  const item = create('div', `message ${kind}`);
  item.append(...content);
  page.messages.append(item);
  scrollToEnd();
  return item;
}

function scrollToEnd(): void {
  page.messages.scrollTop = page.messages.scrollHeight;
}

function create<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
