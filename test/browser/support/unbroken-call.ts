import type { Page } from 'playwright-core';

/** What a page in a call keeps, and answers its test. */
interface Talk {
  /** The numbers that the other end has said. */
  readonly heard: number[];
  /** What was told of the connection, the other end and the link since the call began. */
  readonly told: string[];
  said: number;
  /** Says no more; the number that was the last. */
  hush(): number;
  /** Numbers heard and pictures seen so far. */
  progress(): Promise<{ readonly heard: number; readonly frames: number }>;
}

declare global {
  interface Window {
    talk: Talk;
  }
}

/** Two pages that talk to each other without a pause: a number every few milliseconds by a channel, and their cameras. */
export class UnbrokenCall {
  readonly pages: readonly [Page, Page];

  private constructor(pages: readonly [Page, Page]) {
    this.pages = pages;
  }

  /** @param pages which know the SDK */
  static async begin(pages: readonly [Page, Page], room: string): Promise<UnbrokenCall> {
    // One after the other: who comes later is polite.
    for (const page of pages) await page.evaluate(async (name) => void (await window.sdk.join(name)), room);
    const call = new UnbrokenCall(pages);
    await Promise.all(pages.map(begin));
    await call.goOn(10);
    return call;
  }

  /** Resolves when each has heard so many more numbers and seen so many more pictures. */
  async goOn(count: number, deadlineMs = 30_000): Promise<void> {
    await Promise.all(this.pages.map((page) => hearMore(page, count, deadlineMs)));
  }

  /** Each sends one more stream, and sees that of the other. */
  async renegotiate(): Promise<void> {
    await Promise.all(this.pages.map(addCamera));
  }

  /** What each was told so far. */
  told(): Promise<readonly (readonly string[])[]> {
    return Promise.all(this.pages.map((page) => page.evaluate(() => window.talk.told)));
  }

  /** Ends the talk; answers what each has not heard of what the other has said, or not in its turn. */
  async missed(): Promise<readonly number[]> {
    const said = await Promise.all(this.pages.map((page) => page.evaluate(() => window.talk.hush())));
    return Promise.all(this.pages.map((page, index) => missedOn(page, said[1 - index] ?? 0)));
  }
}

/** Waits until the connection of the page to its server stands like this. */
export async function untilState(page: Page, state: 'open' | 'away'): Promise<void> {
  await page.evaluate(
    (wanted) => window.sdk.until(`the state ${wanted}`, () => window.sdk.parley.state === wanted, 40_000),
    state,
  );
}

function begin(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const { parley, room } = window.sdk;
    const peer = await window.sdk.peer();
    const chat = peer.channel('chat');
    const { pc } = peer;
    const heard: number[] = [];
    const told: string[] = [];
    chat.on('message', (text) => heard.push(Number(text)));
    peer.addStream(await window.sdk.camera());
    await chat.ready;
    await window.sdk.until('the link', () => peer.link === 'connected');
    await window.sdk.until('pictures', async () => (await window.sdk.framesDecoded(peer)) > 0);
    parley.on('state', ({ state }) => told.push(state));
    peer.on('away', () => told.push('peer away'));
    peer.on('back', () => told.push('peer back'));
    peer.on('left', (reason) => told.push(`peer left: ${reason}`));
    peer.on('link', (state) => told.push(`link ${state}`));
    room.on('left', (reason) => told.push(`left: ${reason}`));
    chat.on('closed', () => told.push('channel closed'));
    const timer = setInterval(() => {
      if (chat.isOpen) chat.send(String(++window.talk.said));
    }, 10);
    window.talk = {
      heard,
      told,
      said: 0,
      hush() {
        clearInterval(timer);
        return window.talk.said;
      },
      progress: async () => ({
        heard: heard.length,
        frames: peer.pc === pc ? await window.sdk.framesDecoded(peer) : 0,
      }),
    };
  });
}

function hearMore(page: Page, count: number, deadlineMs: number): Promise<boolean> {
  return page.evaluate(
    async ([more, withinMs]) => {
      const before = await window.talk.progress();
      const hasMore = async () => {
        const { heard, frames } = await window.talk.progress();
        return heard >= before.heard + more && frames >= before.frames + more / 10;
      };
      return window.sdk.until(`${more} more numbers, and pictures`, hasMore, withinMs);
    },
    [count, deadlineMs] as const,
  );
}

function addCamera(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const peer = await window.sdk.peer();
    const had = new Set(peer.streams);
    peer.addStream(await window.sdk.camera({ video: { width: 160, height: 120 } }));
    const isSeen = async (stream: MediaStream) => {
      const reports = [...(await peer.pc.getStats(stream.getVideoTracks()[0])).values()];
      return reports.some(({ type, framesDecoded = 0 }) => type === 'inbound-rtp' && framesDecoded > 5);
    };
    const stream = await window.sdk.until(
      'another stream',
      () => peer.streams.find((other) => !had.has(other)),
      30_000,
    );
    await window.sdk.until('its pictures', () => isSeen(stream), 30_000);
  });
}

function missedOn(page: Page, said: number): Promise<number> {
  return page.evaluate(async (last) => {
    const { heard } = window.talk;
    await window.sdk.until('the last number', () => heard.at(-1) === last).catch(() => {});
    const inTurn = heard.filter((number, index) => number === index + 1).length;
    return last - inTurn;
  }, said);
}
