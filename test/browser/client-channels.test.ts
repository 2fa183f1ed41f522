import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

/** page => node 1 => Redis => node 2 => page, and then directly from page to page. */
describe.runIf(canMeet)('a channel between two pages on two nodes', () => {
  const pages = pagesOnTwoNodes();

  it.each([
    ['the one who came first', 0],
    ['the one who came later', 1],
  ] as const)('is one when %s asks, and the other a moment after it was told', async (_, asker) => {
    const both = await pages.meet();
    const [asking, asked] = [both[asker], both[1 - asker] ?? both[0]];
    await asked.evaluate(async () => {
      const peer = await window.sdk.peer();
      const told = new Promise<ReturnType<typeof peer.channel>>((resolve) => peer.on('channel', resolve));
      const answer = async () => {
        const channel = await told;
        const message = await new Promise((resolve) => channel.on('message', resolve));
        channel.send('and so do I');
        return [message, channel.label, channel === peer.channel('chat')];
      };
      Object.assign(window, { heard: answer() });
    });
    const answer = await asking.evaluate(async () => {
      const channel = (await window.sdk.peer()).channel('chat');
      await channel.ready;
      channel.send('I hear you');
      return new Promise((resolve) => channel.on('message', resolve));
    });
    const heard = await asked.evaluate(() => (window as unknown as { heard: Promise<unknown[]> }).heard);
    expect(heard).toEqual(['I hear you', 'chat', true]);
    expect(answer).toBe('and so do I');
  });

  it('is one when both ask at once, and each direction keeps its order', async () => {
    const both = await pages.meet();
    const heard = await Promise.all(
      both.map((page) =>
        page.evaluate(async () => {
          const peer = await window.sdk.peer();
          const channels = new Set([peer.channel('chat')]);
          peer.on('channel', (channel) => channels.add(channel));
          const [channel = peer.channel('chat')] = channels;
          const messages: unknown[] = [];
          channel.on('message', (message) => messages.push(message));
          await channel.ready;
          for (let number = 0; number < 1_000; number++) channel.send(String(number));
          await window.sdk.until('all messages', () => messages.length >= 1_000);
          return { channels: channels.size, messages };
        }),
      ),
    );
    const inOrder = Array.from({ length: 1_000 }, (_, number) => String(number));
    expect(heard).toEqual([
      { channels: 1, messages: inOrder },
      { channels: 1, messages: inOrder },
    ]);
  });

  it('keeps what came before somebody listened', async () => {
    const [first, second] = await pages.meet();
    const heard = second.evaluate(async () => {
      const channel = (await window.sdk.peer()).channel('chat');
      const last = (await window.sdk.peer()).channel('last');
      await new Promise((resolve) => last.on('message', resolve));
      const messages: unknown[] = [];
      channel.on('message', (message) => messages.push(message));
      return messages;
    });
    await first.evaluate(async () => {
      const peer = await window.sdk.peer();
      const [channel, last] = [peer.channel('chat'), peer.channel('last')];
      await Promise.all([channel.ready, last.ready]);
      for (const text of ['one', 'two']) channel.send(text);
      await channel.drained();
      // Two channels have no common order: the other end says when it has the two.
      last.send('now');
    });
    expect(await heard).toEqual(['one', 'two']);
  });

  it('carries bytes as they are, and says when they have left', async () => {
    const [first, second] = await pages.meet();
    const heard = second.evaluate(async () => {
      const channel = (await window.sdk.peer()).channel('bytes');
      const sizes: (number | string)[] = [];
      channel.on('message', (message) => {
        sizes.push(
          typeof message === 'string'
            ? message
            : new Float32Array(message)[0] === 2.5
              ? 'floats'
              : message.byteLength,
        );
      });
      await window.sdk.until('the end', () => sizes.at(-1) === 'end');
      return sizes;
    });
    const said = await first.evaluate(async () => {
      const channel = (await window.sdk.peer()).channel('bytes');
      await channel.ready;
      channel.send(new Float32Array([1.5, 2.5]).subarray(1));
      let mostBytes = 0;
      for (let number = 0; number < 100; number++) {
        if (channel.bufferedBytes > 400_000) await channel.drained(100_000);
        channel.send(new Uint8Array(60_000));
        mostBytes = Math.max(mostBytes, channel.bufferedBytes);
      }
      await channel.drained();
      const leftBytes = channel.bufferedBytes;
      channel.send('end');
      return { mostBytes, leftBytes };
    });
    expect(await heard).toEqual(['floats', ...Array.from({ length: 100 }, () => 60_000), 'end']);
    expect(said.leftBytes).toBe(0);
    expect(said.mostBytes).toBeGreaterThan(100_000);
    expect(said.mostBytes).toBeLessThan(500_000);
  });

  it('ends on both ends when one closes it, and can be asked for again', async () => {
    const [first, second] = await pages.meet();
    // Only one end asks: of two that cross, one may be unheard of when the other is closed, and then it stays open.
    await second.evaluate(async () => {
      const peer = await window.sdk.peer();
      const told: ReturnType<typeof peer.channel>[] = [];
      peer.on('channel', (channel) => told.push(channel));
      const ended = async () => {
        const channel = await window.sdk.until('the channel', () => told[0]);
        await new Promise<void>((resolve) => channel.on('closed', resolve));
        const drained = await channel.drained().catch((error: { code: string }) => error.code);
        const another = await window.sdk.until('another one', () => told[1]);
        return { drained, isOpen: channel.isOpen, isAnother: another !== channel };
      };
      Object.assign(window, { ended: ended() });
    });
    const one = await first.evaluate(async () => {
      const peer = await window.sdk.peer();
      const channel = peer.channel('chat');
      await channel.ready;
      channel.close();
      let code = '';
      try {
        channel.send('too late');
      } catch (error) {
        code = (error as { code: string }).code;
      }
      await peer.channel('chat').ready;
      return code;
    });
    expect(one).toBe('not-open');
    const other = await second.evaluate(() => (window as unknown as { ended: Promise<object> }).ended);
    expect(other).toEqual({ drained: 'closed', isOpen: false, isAnother: true });
  });
});
