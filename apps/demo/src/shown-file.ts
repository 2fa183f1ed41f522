import { element } from './element.ts';
import type { Side } from './messages.ts';
import { addMessage, GONE, scrollToEnd, whose } from './messages.ts';
import { fileProblem, sizeText } from './words.ts';

/** A file in the list of messages, on its way and after. */
export class ShownFile {
  readonly #name: string;
  readonly #bytes: number;
  readonly #title: HTMLElement;
  readonly #about: HTMLElement;
  readonly #bar: HTMLProgressElement;
  readonly #item: HTMLElement;

  constructor(side: Side, name: string, bytes: number) {
    this.#name = name;
    this.#bytes = bytes;
    this.#title = element('span', 'file-name', name);
    this.#about = element('span', 'file-about', sizeText(bytes));
    this.#bar = element('progress');
    this.#bar.max = Math.max(1, bytes);
    this.#bar.value = 0;
    this.#bar.ariaLabel = `Progress of ${name}`;
    this.#item = addMessage(side, whose(side), this.#title, this.#about, this.#bar);
    this.#item.dataset['testid'] = `${side}-file`;
  }

  /** Asks, until somebody says so or there is nothing to receive any more. */
  async isWanted(withdrawn: AbortSignal): Promise<boolean> {
    const receive = element('button', 'primary', 'Receive');
    const decline = element('button', '', 'Decline');
    receive.dataset['testid'] = 'receive-file';
    decline.dataset['testid'] = 'decline-file';
    const row = element('div', 'row file-question', receive, decline);
    this.#item.append(row);
    scrollToEnd();
    const wanted = await new Promise<boolean>((answer) => {
      receive.addEventListener('click', () => answer(true));
      decline.addEventListener('click', () => answer(false));
      withdrawn.addEventListener('abort', () => answer(false));
      this.#item.addEventListener(GONE, () => answer(false));
    });
    row.remove();
    return wanted;
  }

  progress(bytes: number): void {
    this.#bar.value = bytes;
    const percent = Math.floor((100 * bytes) / Math.max(1, this.#bytes));
    this.#about.textContent = `${sizeText(this.#bytes)}, ${percent} %`;
  }

  /** The other side has it, and it is the same over there. */
  sent(sha256: string): void {
    this.#settle('sent', sha256);
  }

  /** It is here, and can be saved for as long as it is shown. */
  received(blob: Blob, sha256: string): void {
    if (!this.#item.isConnected) return;
    const url = URL.createObjectURL(blob);
    // The address holds the bytes.
    this.#item.addEventListener(GONE, () => URL.revokeObjectURL(url));
    const link = element('a', 'file-name', this.#name);
    Object.assign(link, { href: url, download: this.#name });
    link.dataset['testid'] = 'received-file';
    this.#title.replaceWith(link);
    this.#settle('unharmed', sha256);
  }

  failed(code: string): void {
    this.#bar.remove();
    this.#about.textContent = `${sizeText(this.#bytes)}, ${fileProblem(code)}`;
  }

  #settle(how: string, sha256: string): void {
    this.#bar.remove();
    this.#about.textContent = `${sizeText(this.#bytes)}, ${how}`;
    this.#item.dataset['sha256'] = sha256;
    this.#item.append(element('span', 'hash', element('span', 'hash-name', 'SHA-256 '), sha256));
    scrollToEnd();
  }
}
