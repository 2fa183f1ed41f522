import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

import { pathOf } from './programs.ts';

/** A page, and everything that went wrong on it so far: console errors, uncaught exceptions, a crash. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: readonly string[];
}

/** What a browser under test needs not do: talk to anybody but us. */
const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebRTC without questions: real host candidates instead of mDNS names, and a camera that shows a test picture. */
const webrtc = [
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
];

/**
 * The real Chromium of this machine, without a window; close it with `browser.close()`.
 *
 * @param args further switches of its command line
 */
export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const asRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: pathOf('chromium'),
    args: [...quiet, ...webrtc, ...(asRoot ? ['--no-sandbox'] : []), ...args],
  });
}

/**
 * Opens a page and collects what goes wrong on it from the first moment. Of a browser it gets storage of its own, like a
 * second device; of a context it shares storage with the other tabs there.
 */
export async function openPage(browser: Browser | BrowserContext, url: string): Promise<WatchedPage> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('crash', () => problems.push('the page crashed'));
  await page.goto(url);
  return { page, problems };
}
