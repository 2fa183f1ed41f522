import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { Detours } from './support/detours.ts';
import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

describe.runIf(canMeet)('a link between two pages', () => {
  const pages = pagesOnTwoNodes();

  it.each([
    ['of one of them', 1],
    ['of both at once', 2],
  ])('finds another path when the network %s has changed, and nothing is lost', async (_, changed) => {
    const both = await pages.meet();
    const before = await Promise.all(both.map(open));
    await count(both, 500, async () => {
      await Promise.all(
        both.slice(0, changed).map((page) => page.evaluate(() => void dispatchEvent(new Event('online')))),
      );
      for (const [index, page] of both.entries()) await renamed(page, before[index] ?? '');
    });
    for (const page of both) expect(await linkOf(page)).toBe('connected');
  });

  it('is as it was when nothing has happened', async () => {
    const both = await pages.meet();
    const before = await Promise.all(both.map(open));
    await count(both, 500);
    expect(await Promise.all(both.map(fragmentOf))).toEqual(before);
  });

  it('that has lost its path looks for another one by itself, and nothing is lost', async () => {
    const detours = new Detours();
    try {
      const both = await pages.meet((page) => detours.between(page));
      const before = await Promise.all(both.map(open));
      await count(both, 100, async () => {
        detours.cut();
        // Nobody tells: it is the silence that is noticed.
        for (const [index, page] of both.entries()) await renamed(page, before[index] ?? '');
      });
      for (const page of both) expect(await linkOf(page)).toBe('connected');
    } finally {
      detours.close();
    }
  });
});

/** Opens a channel, and says what this end is called in ICE. */
async function open(page: Page): Promise<string> {
  await page.evaluate(async () => {
    const peer = await window.sdk.peer();
    await peer.channel('chat').ready;
    await window.sdk.until('the link', () => peer.link === 'connected');
  });
  return fragmentOf(page);
}

/** What ICE calls this end; every restart gives it another name. */
function fragmentOf(page: Page): Promise<string> {
  return page.evaluate(
    async () =>
      /ice-ufrag:(\S+)/.exec((await window.sdk.peer()).pc.currentLocalDescription?.sdp ?? '')?.[1] ?? '',
  );
}

function renamed(page: Page, before: string): Promise<boolean> {
  return page.evaluate(
    (old) =>
      window.sdk.until(
        'an ICE restart',
        async () => {
          const { pc } = await window.sdk.peer();
          const [, fragment = old] = /ice-ufrag:(\S+)/.exec(pc.currentLocalDescription?.sdp ?? '') ?? [];
          return fragment !== old;
        },
        30_000,
      ),
    before,
  );
}

const linkOf = (page: Page) => page.evaluate(async () => (await window.sdk.peer()).link);

/** Each says this many numbers, a few at a time, while something happens; the other has to hear all of them in order. */
async function count(both: readonly Page[], numbers: number, meanwhile?: () => Promise<void>): Promise<void> {
  const heard = both.map((page) =>
    page.evaluate(async (most) => {
      const chat = (await window.sdk.peer()).channel('chat');
      const messages: number[] = [];
      const unsubscribe = chat.on('message', (text) => messages.push(Number(text)));
      for (let number = 0; number < most; number++) {
        chat.send(String(number));
        if (number % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await window.sdk.until('all numbers', () => messages.length >= most, 30_000);
      unsubscribe();
      return messages.every((message, index) => message === index);
    }, numbers),
  );
  await meanwhile?.();
  expect(await Promise.all(heard)).toEqual(both.map(() => true));
}
