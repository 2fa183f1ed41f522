import axe from 'axe-core';
import type { Result } from 'axe-core';
import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { DemoPage, openPair } from './demo-page.ts';
import { demoStage } from './demo-stage.ts';

const SCREENS = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 800 } },
} satisfies Record<string, BrowserContextOptions>;

const looks = Object.entries(SCREENS).flatMap(([screen, options]) =>
  (['light', 'dark'] as const).map((colorScheme) => ({
    screen,
    colorScheme,
    options: { ...options, colorScheme },
  })),
);

describe.runIf(has('chromium'))('everybody can use the page', () => {
  const stage = demoStage();

  it.each(looks)('as far as axe can tell: $colorScheme, $screen', async ({ options }) => {
    const node = await stage.node();
    const context = await stage.browser.newContext({ ...options, reducedMotion: 'reduce' });

    // Start: nothing answers yet.
    const quiet = await stage.browser.newContext({ ...options, reducedMotion: 'reduce' });
    await quiet.addInitScript(() => {
      globalThis.WebSocket = class extends EventTarget {
        close() {}
        send() {}
      } as unknown as typeof WebSocket;
    });
    const early = await DemoPage.open(quiet, node.url);
    await early.stands('entering');
    await assertAccessible(early);

    const host = await DemoPage.open(context, node.url);
    await host.code();
    await assertAccessible(host);

    const guest = await DemoPage.open(context, await host.link());
    await Promise.all([host.canWrite(), guest.canWrite()]);
    await guest.write('hello');
    await guest.drop('file.bin', Buffer.from('a file'));
    await host.part('received-file').waitFor();
    await guest.part('call').click();
    await host.part('their-video').waitFor();
    await assertAccessible(host);
    await assertAccessible(guest);

    const lost = await DemoPage.open(context, `${node.url}/#2222-2222`);
    await lost.stands('ended');
    await lost.join('7');
    await assertAccessible(lost);

    await guest.part('leave').click();
    await host.stands('left');
    await assertAccessible(host);
  });

  it('with nothing but the keyboard, from the code to the chat', async () => {
    const { url } = await stage.node();
    const context = await stage.browser.newContext();
    const host = await DemoPage.open(context, url);
    const code = await host.code();
    const names = await tabThrough(host);
    expect(names).toEqual(['link', 'open-other', 'copy-link', 'copy-code', 'join-input', 'join']);

    const guest = await DemoPage.open(context, url);
    await guest.code();
    await tabTo(guest, 'join-input');
    await guest.page.keyboard.type(code);
    await guest.page.keyboard.press('Enter');
    await guest.canWrite();
    // The field that was focused is gone: the next one to write in has the focus.
    await guest.page.locator('[data-testid=message-input]:focus').waitFor();
    await guest.page.keyboard.type('typed');
    await guest.page.keyboard.press('Enter');
    await host.reads('typed');
    expect(await tabThrough(guest)).toEqual(['call', 'messages', 'file-input', 'message-input', 'send']);
  });

  it('with the focus in sight, and with everything large enough to hit', async () => {
    const { url } = await stage.node();
    const [host] = await openPair(await stage.browser.newContext(SCREENS.phone), url);
    await host.part('call').click();
    await host.part('my-video').waitFor();
    const small: string[] = [];
    for (const control of await host.page.locator('button:visible, .button:visible, input:visible').all()) {
      const box = await control.boundingBox();
      // The file field is there for the keyboard; its label is what one hits.
      if ((await control.getAttribute('type')) === 'file') continue;
      if (Math.min(box?.height ?? 0, box?.width ?? 0) < 44) small.push(await control.innerText());
    }
    expect(small).toEqual([]);
    await host.page.keyboard.press('Tab');
    const outline = await host.page.evaluate(
      () => getComputedStyle(document.activeElement ?? document.body).outline,
    );
    expect(outline).toMatch(/solid 3px$/);
  });

  it('without motion, for who wants none', async () => {
    const { url } = await stage.node();
    const moving = await DemoPage.open(stage.browser, url);
    await moving.code();
    const animations = ({ page }: DemoPage) => page.evaluate(() => document.getAnimations().length);
    expect(await animations(moving)).toBeGreaterThan(0);
    const still = await DemoPage.open(await stage.browser.newContext({ reducedMotion: 'reduce' }), url);
    await still.code();
    expect(await animations(still)).toBe(0);
  });

  it('on a narrow phone and with large letters, without scrolling sideways', async () => {
    const { url } = await stage.node();
    const context = await stage.browser.newContext({ viewport: { width: 320, height: 640 } });
    const [host] = await openPair(context, url);
    const lone = await DemoPage.open(context, url);
    await lone.code();
    for (const { page } of [host, lone]) {
      await page.evaluate(() => (document.documentElement.style.fontSize = '125%'));
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }
  });

  it('shows a phone the sentence, the code, the QR code and the button at once', async () => {
    const { url } = await stage.node();
    const host = await DemoPage.open(await stage.browser.newContext(SCREENS.phone), url);
    await host.code();
    for (const part of [
      host.page.getByRole('heading', { level: 1 }),
      host.part('code'),
      host.part('qr'),
      host.part('open-other'),
    ]) {
      const box = await part.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
    }
  });

  it('shows a phone what speaks against a code, and in a call where to write', async () => {
    const { url } = await stage.node();
    const phone = () => stage.browser.newContext(SCREENS.phone);
    const lone = await DemoPage.open(await phone(), url);
    await lone.code();
    await lone.join('2222-2222');
    const problem = lone.part('problem').filter({ hasText: 'No room has this code' });
    await problem.waitFor();
    const [host, guest] = await openPair(await phone(), url);
    for (const side of [host, guest]) await side.part('call').click();
    for (const side of [host, guest]) await side.part('my-video').waitFor();
    for (const part of [problem, host.part('send'), guest.part('send')]) {
      const box = await part.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
    }
  });
});

/** Nothing that axe knows of WCAG 2.2 AA, and of what is good to do beyond, speaks against the page as it stands. */
async function assertAccessible({ page }: DemoPage): Promise<void> {
  // Not by a script element: the page would not let it in.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (): Promise<Result[]> => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations;
  });
  expect(found.map(({ id, impact, nodes }) => [id, impact, nodes.map(({ html }) => html)])).toEqual([]);
}

/** Where the Tab key leads from the top of the page, one after the other. */
async function tabThrough({ page }: DemoPage): Promise<string[]> {
  // The sequence begins where somebody last clicked.
  await page.locator('h1').click();
  const names: string[] = [];
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    const name = await focused(page);
    if (name === undefined) return names;
    names.push(name);
  }
  throw new Error(`the focus does not come out again: ${names.join(', ')}`);
}

async function tabTo({ page }: DemoPage, name: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key does not lead to ${name}`);
}

function focused(page: DemoPage['page']): Promise<string | undefined> {
  return page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['testid']);
}
