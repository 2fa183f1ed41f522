import { page } from './page.ts';

const SHOWN_MS = 5_000;

let fading: ReturnType<typeof setTimeout> | undefined;

/** Copies the text of an element, of a link its address; without a clipboard (plain http on a LAN) marks it, ready to be copied by hand. */
export async function copy(element: HTMLElement, what: string): Promise<void> {
  const copied = await hasCopied(element);
  page.copied.textContent = copied ? `${what} copied` : `${what} marked: copy it with Ctrl+C or a long press`;
  clearTimeout(fading);
  fading = setTimeout(forgetCopy, SHOWN_MS);
}

/** What was said of the last copy no longer matters. */
export function forgetCopy(): void {
  page.copied.textContent = '';
}

async function hasCopied(element: HTMLElement): Promise<boolean> {
  try {
    // The type says it is always there; a page that is no secure context has none.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard !== undefined) {
      await clipboard.writeText(element instanceof HTMLAnchorElement ? element.href : element.textContent);
      return true;
    }
  } catch {
    // Not permitted: marked instead.
  }
  getSelection()?.selectAllChildren(element);
  return false;
}
