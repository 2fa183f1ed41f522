import type { Address } from './address.ts';
import { copy, forgetCopy } from './copy.ts';
import { page } from './page.ts';
import { qrCode } from './qr-code.ts';

/** Listens to the buttons of the invitation. */
export function prepareInvitation(): void {
  page.copyCode.addEventListener('click', () => void copy(page.code, 'Code'));
  page.copyLink.addEventListener('click', () => void copy(page.link, 'Link'));
}

/** Shows how the other side gets in: the code, the link and its QR code. */
export function showInvitation(address: Address, code: string | undefined): void {
  if (code === undefined || code === page.code.textContent) return;
  const link = address.link(code);
  page.code.textContent = code;
  page.qr.replaceChildren(qrCode(link));
  page.link.href = link;
  page.openOther.href = address.here(code);
  for (const button of [page.copyLink, page.copyCode]) button.disabled = false;
  page.openOther.removeAttribute('aria-disabled');
  // Without what every link begins with.
  page.link.textContent = link.replace(/^https?:\/\//, '');
  page.reach.hidden = !address.isOnlyHere;
  forgetCopy();
}
