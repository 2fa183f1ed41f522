import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Reload } from './reload.ts';

const page = new EventTarget();
beforeEach(() => {
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'hidden' }));
  vi.stubGlobal('navigation', new EventTarget());
});
afterEach(() => void vi.unstubAllGlobals());

it('does without a storage that is full: nothing throws, and a page that loads itself again says goodbye', () => {
  expect(goodbyesOf(storing(() => {}))).toBe(0);
  const full = storing(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  expect(goodbyesOf(full)).toBe(1);
});

it('a page that is not loaded again after all says goodbye when it goes later', () => {
  expect(
    goodbyesOf(
      storing(() => {}),
      ['navigateerror'],
    ),
  ).toBe(1);
});

const storing = (setItem: () => void) => ({ setItem, removeItem: () => {} });

/** How often a hidden page has said goodbye that got a proof, and then loaded itself again. */
function goodbyesOf(sessionStorage: object, meanwhile: readonly string[] = []): number {
  vi.stubGlobal('sessionStorage', sessionStorage);
  const over = new AbortController();
  let goodbyes = 0;
  const reload = new Reload('wss://host.example', true);
  reload.watch(() => (goodbyes += 1), over.signal);
  reload.proof = 'proof';
  const { navigation } = globalThis as unknown as { navigation: EventTarget };
  navigation.dispatchEvent(Object.assign(new Event('navigate'), { navigationType: 'reload' }));
  for (const name of meanwhile) navigation.dispatchEvent(new Event(name));
  page.dispatchEvent(new Event('pagehide'));
  over.abort();
  return goodbyes;
}
