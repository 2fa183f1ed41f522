import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

/** After so long the server takes a seat away from somebody who does not come back. */
const WINDOW = { PARLEY_RESUME_WINDOW_MS: '1000' };

describe.runIf(canMeet)('a call between two pages', () => {
  const pages = pagesOnTwoNodes(WINDOW);

  it('goes on when both have lost the server, and each other as far as it knows', async () => {
    const [first, second] = await call(pages);
    await second.evaluate(() => window.sdk.sockets.cut());
    expect(await reasonOfLeft(first)).toBe('lost');
    await first.evaluate(() => window.sdk.sockets.cut());
    await first.evaluate(() =>
      window.sdk.until('the end of the socket', () => window.sdk.parley.state !== 'open'),
    );
    expect(await ask(first, second)).toBe('still here');
    expect(await ask(second, first)).toBe('still here');
    expect(await linkOf(first)).toBe('connected');
  });

  it('that went on without the server ends when the other end is gone', async () => {
    const [first, second] = await call(pages);
    await second.evaluate(() => window.sdk.sockets.cut());
    expect(await reasonOfLeft(first)).toBe('lost');
    await second.close();
    await first.evaluate(() =>
      window.sdk.until('the end of the link', () => window.kept.link === 'closed', 60_000),
    );
    expect(await first.evaluate(() => window.kept.pc.connectionState)).toBe('closed');
  });

  it.each([
    ['leaves the room', () => void window.sdk.room.leave()],
    ['closes the connection', () => window.sdk.parley.close()],
  ])('ends when the other end %s', async (_, leave) => {
    const [first, second] = await call(pages);
    await second.evaluate(leave);
    expect(await reasonOfLeft(first)).toBe('left');
    for (const page of [first, second]) {
      expect(await linkOf(page)).toBe('closed');
      expect(
        await page.evaluate(() => [window.kept.pc.signalingState, window.kept.channel('chat').isOpen]),
      ).toEqual(['closed', false]);
    }
  });

  it('ends when the other end closes the peer, and the seats stay', async () => {
    const [first, second] = await call(pages);
    await second.evaluate(() => window.kept.close());
    await first.evaluate(() => window.sdk.until('the end of the link', () => window.kept.link === 'closed'));
    for (const page of [first, second]) {
      expect(await page.evaluate(() => [window.sdk.room.isOpen, window.sdk.room.peers.size])).toEqual([
        true,
        1,
      ]);
    }
  });
});

declare global {
  interface Window {
    /** The other one, also when the room knows it no more. */
    kept: Awaited<ReturnType<typeof window.sdk.peer>>;
    left: string | undefined;
  }
}

/** Two pages with an open channel; each answers what it is asked. */
async function call(pages: ReturnType<typeof pagesOnTwoNodes>): Promise<readonly [Page, Page]> {
  const both = await pages.meet();
  await Promise.all(
    both.map((page) =>
      page.evaluate(async () => {
        const peer = await window.sdk.peer();
        window.kept = peer;
        peer.on('left', (reason) => (window.left = reason));
        const chat = peer.channel('chat');
        chat.on('message', (text) => text === 'are you there?' && chat.send('still here'));
        await chat.ready;
        await window.sdk.until('the link', () => peer.link === 'connected');
      }),
    ),
  );
  return both;
}

const reasonOfLeft = (page: Page) =>
  page.evaluate(() => window.sdk.until('the end of the seat', () => window.left));

const linkOf = (page: Page) => page.evaluate(() => window.kept.link);

/** Asks over the channel that was there before. */
function ask(page: Page, _other: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const chat = window.kept.channel('chat');
    const answer = new Promise((resolve) => {
      chat.on('message', (text) => text === 'still here' && resolve(text));
    });
    chat.send('are you there?');
    return answer;
  });
}
