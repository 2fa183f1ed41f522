import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

const ROUNDS = 5;

describe.runIf(canMeet)('a call of pictures alone', () => {
  const pages = pagesOnTwoNodes();

  it('has its first channel, though the other end renegotiates at that moment', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [impolite, polite] = await pages.meet();
      await polite.evaluate(async () => (await window.sdk.peer()).addStream(await window.sdk.camera()));
      await impolite.evaluate(async () => {
        const peer = await window.sdk.peer();
        await window.sdk.until('pictures', () => peer.link === 'connected' && peer.streams.length === 1);
        const isThere = new Promise<boolean>((resolve) => void peer.on('channel', () => resolve(true)));
        Object.assign(window, { camera: await window.sdk.camera(), isThere });
      });
      expect(await Promise.all([asks(polite), isAsked(impolite)])).toEqual([true, true]);
    }
  });
});

/** Asks for a channel; true if it opens, and if there was no end of offers before. */
function asks(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const peer = await window.sdk.peer();
    let offers = 0;
    peer.pc.addEventListener('negotiationneeded', () => offers++);
    const chat = peer.channel('chat');
    await window.sdk.until('the channel', () => chat.isOpen);
    return offers < 10;
  });
}

/** Adds its camera in the same moment; true when the other end has made its channel. */
function isAsked(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const { camera, isThere } = window as unknown as { camera: MediaStream; isThere: Promise<boolean> };
    (await window.sdk.peer()).addStream(camera);
    return isThere;
  });
}
