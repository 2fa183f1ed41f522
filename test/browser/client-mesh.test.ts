import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

const SIZE = 5;

describe.runIf(canMeet)('a mesh', () => {
  const pages = pagesOnTwoNodes();

  it(`of ${SIZE} pages on two nodes: everybody hears everybody`, async () => {
    const all: Page[] = [];
    for (let number = 0; number < SIZE; number++) all.push(await pages.open(number % 2));
    const names = await Promise.all(all.map(enter));
    const heard = await Promise.all(all.map(listen));
    for (const [number, of] of heard.entries()) {
      const others = names.filter((name) => name !== names[number]);
      expect(of.toSorted()).toEqual(others.map((name) => `${name}: I am ${name}`).toSorted());
    }
  });
});

/** Joins like a newcomer's program does: one line for each who is there and who comes. */
function enter(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const room = await window.sdk.join('mesh');
    const { id } = window.sdk.parley;
    room.on('peer', (peer) => {
      const chat = peer.channel('chat');
      chat.on('message', (text) => heard.push(`${peer.id}: ${text as string}`));
      chat.ready.then(
        () => chat.send(`I am ${id}`),
        () => heard.push('a channel that never opened'),
      );
    });
    return id;
  });
}

function listen(page: Page): Promise<string[]> {
  return page.evaluate(async (others) => {
    const { heard } = window as unknown as { heard: string[] };
    await window.sdk.until('everybody', () => heard.length >= others, 30_000);
    return heard;
  }, SIZE - 1);
}
