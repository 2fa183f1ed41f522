import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

describe.runIf(canMeet)('a page that is loaded again in the middle of a call', () => {
  const pages = pagesOnTwoNodes();

  it.each([
    ['came first', 0],
    ['came later', 1],
  ] as const)(
    'and %s: the other sees a new life of the same peer, and the call comes back',
    async (_, number) => {
      const both = [await pages.open(0), await pages.open(1)] as const;
      const [reloaded, stays] = [both[number], both[1 - number] ?? both[0]];
      await talkAndReload(both, reloaded, stays, () => reloaded.evaluate(() => location.reload()));

      const [before, after] = await stays.evaluate(() => window.lives);
      expect(after?.id).toBe(before?.id);
      expect(after?.instance).not.toBe(before?.instance);
      expect(before).toMatchObject({ reason: 'replaced', link: 'closed', streams: 0 });
      expect(after).toMatchObject({ reason: undefined, link: 'connected', streams: 1 });
    },
  );

  it("and by the browser's own button, which tells nobody before: the call comes back, too", async () => {
    const [stays, reloaded] = [await pages.open(0), await pages.open(1)];
    await talkAndReload([stays, reloaded], reloaded, stays, () => reloaded.reload());

    const [before, after] = await stays.evaluate(() => window.lives);
    expect(after?.instance).not.toBe(before?.instance);
    expect(before).toMatchObject({ link: 'closed', streams: 0 });
    expect(after).toMatchObject({ reason: undefined, link: 'connected', streams: 1 });
  });
});

declare global {
  interface Window {
    lives: Life[];
  }
}

/** What became of one life of the other peer. */
interface Life {
  readonly id: string;
  readonly instance: string;
  reason: string | undefined;
  readonly link: string;
  readonly streams: number;
  readonly heard: unknown[];
  frames(): Promise<number>;
}

async function talkAndReload(
  both: readonly Page[],
  reloaded: Page,
  stays: Page,
  reload: () => Promise<unknown>,
): Promise<void> {
  const room = `reload-${++rooms}`;
  for (const page of both) await begin(page, room);
  await Promise.all(both.map((page) => talking(page, 1)));
  await Promise.all([reloaded.waitForEvent('load'), reload()]);
  await begin(reloaded, room);
  await talking(stays, 2);
  await talking(reloaded, 1);
}

let rooms = 0;

/** The program of both pages: a camera and a greeting for whoever is there. */
function begin(page: Page, name: string): Promise<void> {
  return page.evaluate(async (roomName) => {
    window.lives = [];
    const camera = await window.sdk.camera();
    const room = await window.sdk.join(roomName);
    room.on('peer', (peer) => {
      const life = {
        id: peer.id,
        instance: peer.instance,
        reason: undefined as string | undefined,
        heard: [] as unknown[],
        frames: () => window.sdk.framesDecoded(peer),
        link: '',
        streams: 0,
      };
      Object.defineProperties(life, {
        link: { enumerable: true, get: () => peer.link },
        streams: { enumerable: true, get: () => peer.streams.length },
      });
      window.lives.push(life);
      peer.on('left', (reason) => (life.reason = reason));
      const chat = peer.channel('chat');
      chat.on('message', (text) => life.heard.push(text));
      chat.ready.then(
        () => chat.send('hello'),
        () => {},
      );
      peer.addStream(camera);
    });
  }, name);
}

/** Waits until the so-manieth life of the other end has said hello and shows pictures. */
function talking(page: Page, number: number): Promise<void> {
  return page.evaluate(async (count) => {
    const life = await window.sdk.until(`life ${count}`, () => window.lives[count - 1], 20_000);
    await window.sdk.until('hello', () => life.heard[0] === 'hello', 20_000);
    await window.sdk.until('pictures', async () => (await life.frames()) > 5, 20_000);
  }, number);
}
