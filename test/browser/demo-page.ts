import { readFile } from 'node:fs/promises';

import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

import { openPage, type WatchedPage } from '../support/browser.ts';
import { type NodeProcess, startNode } from '../support/process.ts';
import { shippedPath } from '../support/shipped.ts';
import { until } from '../support/until.ts';

const CODE = /^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/;

/** A node that serves the page as `npm start` does. */
export function startDemoNode(env: NodeJS.ProcessEnv = {}): Promise<NodeProcess> {
  return startNode({
    PARLEY_AUTH: 'none',
    PARLEY_ALLOWED_ORIGINS: '*',
    PARLEY_DEMO_DIR: shippedPath('apps/demo/dist'),
    ...env,
  });
}

/** The page as somebody sees it who uses it. */
export class DemoPage {
  readonly page: Page;
  /** Everything that went wrong on it so far. */
  readonly problems: readonly string[];

  constructor({ page, problems }: WatchedPage) {
    this.page = page;
    this.problems = problems;
  }

  /** Of a browser it gets storage of its own, like a second device. */
  static async open(browser: Browser | BrowserContext, url: string): Promise<DemoPage> {
    return new DemoPage(await openPage(browser, url));
  }

  part(name: string): Locator {
    return this.page.getByTestId(name);
  }

  /** The code of the room that the page has made, or is in. */
  async code(): Promise<string> {
    return (await this.part('code').filter({ hasText: CODE }).textContent()) ?? '';
  }

  /** The link that the page hands out. */
  async link(): Promise<string> {
    await this.code();
    return (await this.part('link').getAttribute('href')) ?? '';
  }

  async join(code: string): Promise<void> {
    await this.part('join-input').fill(code);
    await this.part('join').click();
  }

  /** Waits until things stand like this. */
  async stands(stage: string): Promise<void> {
    await this.page.locator(`[data-testid=state][data-state=${stage}]`).waitFor();
  }

  /** Waits until both sides can write. */
  async canWrite(): Promise<void> {
    await this.page.locator('[data-testid=message-input]:enabled').waitFor();
  }

  async says(...words: readonly (string | RegExp)[]): Promise<void> {
    for (const text of words) await this.page.getByRole('status').filter({ hasText: text }).waitFor();
  }

  async write(text: string): Promise<void> {
    await this.part('message-input').fill(text);
    await this.part('send').click();
  }

  async reads(text: string): Promise<void> {
    await this.part('messages').getByText(text, { exact: false }).waitFor();
  }

  /** A row of the live view. */
  async live(name: string): Promise<string | null> {
    return this.page.locator(`.live-row[data-name="${name}"] dd`).textContent();
  }

  /** Drops a file as somebody does who drags it from a folder. */
  async drop(name: string, bytes: Buffer): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      ([fileName, base64]) => {
        const content = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
        const dropped = new DataTransfer();
        dropped.items.add(new File([content], fileName));
        return dropped;
      },
      [name, bytes.toString('base64')] as const,
    );
    for (const type of ['dragenter', 'dragover', 'drop'])
      await this.page.locator('main').dispatchEvent(type, { dataTransfer: transfer });
  }

  /** What one gets who clicks the link to the received file. */
  async download(): Promise<Buffer> {
    const [arrived] = await Promise.all([
      this.page.waitForEvent('download'),
      this.part('received-file').click(),
    ]);
    return readFile(await arrived.path());
  }
}

/** Two pages that have met by the link, and can write. */
export async function openPair(
  browser: Browser | BrowserContext,
  url: string,
): Promise<[host: DemoPage, guest: DemoPage]> {
  const host = await DemoPage.open(browser, url);
  const guest = await DemoPage.open(browser, await host.link());
  await Promise.all([host.canWrite(), guest.canWrite()]);
  await Promise.all([host.stands('connected'), guest.stands('connected')]);
  return [host, guest];
}

/** Waits until pictures of the other side come, one after the other. */
export async function framesArrive(side: DemoPage): Promise<void> {
  const before = await frames(side);
  await until('pictures of the other side', async () => (await frames(side)) > before + 5, 20_000);
}

/** How many pictures of the other side were shown so far. */
function frames({ page }: DemoPage): Promise<number> {
  return page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-testid=their-video]');
    return video?.checkVisibility() === true ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
  });
}
