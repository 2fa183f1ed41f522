import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

describe.runIf(canMeet)('two pages', () => {
  const pages = pagesOnTwoNodes();

  it.each([
    ['the offer of the one who came first', 0, 'offer'],
    ['the offer of the one who came later', 1, 'offer'],
    ['the answer of the one who came first', 0, 'answer'],
    ['the answer of the one who came later', 1, 'answer'],
  ] as const)('come together although %s could not be said at first', async (_, speaker, type) => {
    const both = [await pages.open(0), await pages.open(1)] as const;
    for (const page of both)
      await joinSealed(page, `lost-${speaker}-${type}`, page === both[speaker] && type);
    // Only the one who is to offer has something to offer.
    const offerer = (type === 'offer') === (speaker === 0) ? both[0] : both[1];
    await offerer.evaluate(async () => (await window.sdk.peer()).channel('chat').ready);
    const lost = await both[speaker].evaluate(() => (window as { lost?: number }).lost);
    expect(lost).toBe(3); // and then one that was said
  });

  it('find each other again when one has left and come back while the other was away', async () => {
    const [first, second] = await pages.meet();
    for (const page of [first, second]) {
      await page.evaluate(async () => {
        const { room } = window.sdk;
        const told: string[] = [];
        Object.assign(window, { told });
        room.on('peer', (peer) => void peer.channel('chat').ready.then(() => told.push('open')));
        room.on('peer-left', (_, reason) => told.push(reason));
        await window.sdk.until('the channel', () => told.length === 1);
      });
    }
    await first.evaluate(async () => {
      window.sdk.sockets.cut();
      await window.sdk.until('the end of the socket', () => window.sdk.parley.state === 'away');
    });
    const chat = second.evaluate(async () => {
      const name = window.sdk.room.code;
      await window.sdk.room.leave();
      const room = await window.sdk.parley.join(name);
      const peer = await window.sdk.until('the other', () => [...room.peers.values()][0]);
      await peer.channel('chat').ready;
    });
    await first.evaluate(async () => {
      const [peer] = window.sdk.room.peers.values();
      await window.sdk.until('the farewell', () => peer?.link === 'closed');
      window.sdk.sockets.mend();
      const { told } = window as unknown as { told: string[] };
      await window.sdk.until('another channel', () => told.length === 3, 20_000);
    });
    await chat;
    const told = await first.evaluate(() => (window as unknown as { told: string[] }).told);
    expect(told).toEqual(['open', 'replaced', 'open']);
  });

  it('keep their talk while one floods the other with what nobody listens to', async () => {
    const [first, second] = await pages.meet();
    await second.evaluate(async () => {
      const peer = await window.sdk.peer();
      const chat = peer.channel('chat');
      chat.on('message', (message) => chat.send(message as string));
    });
    const seen = await first.evaluate(async () => {
      const peer = await window.sdk.peer();
      const [chat, flood] = [peer.channel('chat'), peer.channel('flood')];
      await Promise.all([chat.ready, flood.ready]);
      const block = new Uint8Array(60_000);
      for (let sent = 0; sent < 64 && flood.isOpen; sent++) {
        await flood.drained(60_000).catch(() => {});
        if (flood.isOpen) flood.send(block);
      }
      await window.sdk.until('the end of the flood', () => !flood.isOpen);
      let closed = 0;
      const many = Array.from({ length: 70 }, (_, number) => peer.channel(`many ${number}`));
      for (const channel of many) channel.on('closed', () => closed++);
      await window.sdk.until('the end of too many', () => closed === 6);
      const answer = new Promise((resolve) => chat.on('message', resolve));
      chat.send('still here');
      return { answer: await answer, closed, open: many.filter(({ isOpen }) => isOpen).length };
    });
    expect(seen).toEqual({ answer: 'still here', closed: 6, open: 64 });
  });
});

/** Joins with seals that do nothing, except that the first two of that type fail. */
function joinSealed(page: Page, name: string, failing: false | 'offer' | 'answer'): Promise<void> {
  return page.evaluate(
    async ([room, type]) => {
      let lost = 0;
      Object.defineProperty(window, 'lost', { get: () => lost });
      await window.sdk.join(room, {
        seal: (signal) => {
          if (JSON.stringify(signal).includes(`"type":"${type}"`) && lost++ < 2) throw new Error('not now');
          return signal;
        },
        open: (sealed) => sealed,
      });
    },
    [name, failing] as const,
  );
}
