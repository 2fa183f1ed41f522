import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

describe.runIf(canMeet)('two pages that use simple-peer, and Parley for its signaling', () => {
  const pages = pagesOnTwoNodes({ PARLEY_RESUME_WINDOW_MS: '1000' });
  let rooms = 0;

  const meet = async (trickle: boolean): Promise<readonly [Page, Page]> => {
    const both = [await pages.open(0), await pages.open(1)] as const;
    const room = `simple-${++rooms}`;
    for (const page of both) await begin(page, room, trickle);
    for (const page of both)
      await page.evaluate(() => window.sdk.until('a connection', () => window.simple?.connected));
    return both;
  };

  it.each([
    ['with candidates one by one', true],
    ['with descriptions that hold them all', false],
  ])('talk, %s', async (_, trickle) => {
    const both = await meet(trickle);
    const heard = await Promise.all(
      both.map((page, index) =>
        page.evaluate(async (text) => {
          window.simple?.send(text);
          return window.sdk.until('what the other said', () => window.said[0]);
        }, `from ${index}`),
      ),
    );
    expect(heard).toEqual(['from 1', 'from 0']);
  });

  it.each([
    ['the one who came first', 0],
    ['the one who came later', 1],
  ] as const)('renegotiate: %s sends a camera afterwards', async (_, sender) => {
    const both = await meet(true);
    await both[sender].evaluate(async () => window.simple?.addStream(await window.sdk.camera()));
    const receiver = both[1 - sender] ?? both[0];
    const isThere = () => window.sdk.until('the stream', () => window.streams.length === 1);
    expect(await receiver.evaluate(isThere)).toBe(true);
  });

  it('end when the other one leaves', async () => {
    const [first, second] = await meet(true);
    await second.evaluate(() => window.leave());
    await first.evaluate(() => window.sdk.until('the end', () => window.simple?.destroyed));
    expect(await second.evaluate(() => window.simple?.destroyed)).toBe(true);
  });

  it('go on when the other one is lost to the server alone', async () => {
    const [first, second] = await meet(true);
    await second.evaluate(() => window.sdk.sockets.cut());
    await first.evaluate(() => window.sdk.until('the end of the seat', () => window.reason === 'lost'));
    await second.evaluate(() => window.simple?.send('still here'));
    expect(await first.evaluate(() => window.sdk.until('an answer', () => window.said[0]))).toBe(
      'still here',
    );
    expect(await first.evaluate(() => window.simple?.destroyed)).toBe(false);
  });
});

declare global {
  interface Window {
    simple: InstanceType<typeof window.sdk.SimplePeer> | undefined;
    said: string[];
    streams: MediaStream[];
    reason: string | undefined;
    leave: () => void;
  }
}

/** What somebody writes who has used simple-peer so far. */
function begin(page: Page, name: string, trickle: boolean): Promise<void> {
  return page.evaluate(
    async ([roomName, isTrickling]) => {
      Object.assign(window, { said: [], streams: [] });
      const { connectSignaling, sockets, SimplePeer, attach } = window.sdk;
      const parley = await connectSignaling(location.origin, { webSocket: sockets });
      const room = await parley.join(roomName);
      window.leave = () => parley.close();
      const iceServers = await parley.iceServers();
      room.on('peer', (peer) => {
        const simple = new SimplePeer({
          initiator: peer.isPolite,
          trickle: isTrickling,
          config: { iceServers },
        });
        attach(simple, peer);
        peer.on('left', (reason) => (window.reason = reason));
        simple.on('data', (bytes) => window.said.push(new TextDecoder().decode(bytes)));
        simple.on('stream', (stream) => window.streams.push(stream));
        // A connection that is cut off tells an error, and is destroyed.
        simple.on('error', () => {});
        window.simple = simple;
      });
    },
    [name, trickle] as const,
  );
}
