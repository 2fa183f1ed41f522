import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { type DemoPage, framesArrive, openPair } from './demo-page.ts';
import { demoStage } from './demo-stage.ts';

describe.runIf(has('chromium'))('two browsers in a call', () => {
  const stage = demoStage();
  const pair = async () => openPair(stage.browser, (await stage.node()).url);

  it('see each other, mute, and stop', async () => {
    const [host, guest] = await pair();
    await host.part('call').click();
    await framesArrive(guest);
    await guest.part('call').filter({ hasText: 'Join with video' }).click();
    await framesArrive(host);
    await framesArrive(guest);

    await toggle(guest, 'Mute', false).click();
    await toggle(guest, 'Mute', true).waitFor();
    await toggle(guest, 'Camera', true).click();
    await host.part('no-picture').filter({ hasText: 'Camera is off' }).waitFor();
    expect(await coversTheirVideo(host)).toBe(true);
    await guest.part('no-camera').waitFor();
    await toggle(guest, 'Camera', false).click();
    await framesArrive(host);
    expect(await coversTheirVideo(host)).toBe(false);
    await guest.part('no-camera').waitFor({ state: 'hidden' });

    for (const side of [host, guest]) await side.part('call').filter({ hasText: 'End call' }).click();
    for (const side of [host, guest]) await side.part('their-video').waitFor({ state: 'hidden' });
    await host.write('that was a call');
    await guest.reads('that was a call');
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('go on with the call after one of them was loaded anew', async () => {
    const [host, guest] = await pair();
    await host.part('call').click();
    await framesArrive(guest);
    await guest.page.reload();
    await guest.stands('connected');
    await framesArrive(guest);
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('end it when the server is stopped: no picture stands still on the other side', async () => {
    const node = await stage.node();
    const [host, guest] = await openPair(stage.browser, node.url);
    for (const side of [host, guest]) await side.part('call').click();
    for (const side of [host, guest]) await framesArrive(side);
    await node.stop();
    for (const side of [host, guest]) await side.says('Still connected', /The server is gone/);

    await toggle(guest, 'Camera', true).click();
    await host.part('no-picture').filter({ hasText: 'Camera is off' }).waitFor();
    expect(await coversTheirVideo(host)).toBe(true);
    // What could not be negotiated is not offered.
    expect(await toggle(guest, 'Camera', false).isDisabled()).toBe(true);

    await guest.part('call').filter({ hasText: 'End call' }).click();
    await host.part('no-picture').filter({ hasText: 'No picture from the other side yet' }).waitFor();
    expect(await coversTheirVideo(host)).toBe(true);
    await host.part('call').filter({ hasText: 'End call' }).click();
    for (const side of [host, guest]) await side.part('videos').waitFor({ state: 'hidden' });
    expect(await isListening(host)).toBe(false);
  });

  it('would see that picture stand still if the one who ends it did not say so from browser to browser', async () => {
    const node = await stage.node();
    const [host, guest] = await openPair(stage.browser, node.url);
    await guest.part('call').click();
    await framesArrive(host);
    await guest.page.evaluate(sayNothingOfCalls);
    await node.stop();
    await guest.says('Still connected');
    await guest.part('call').filter({ hasText: 'End call' }).click();
    await guest.part('videos').waitFor({ state: 'hidden' });
    await guest.write('that was a call');
    await host.reads('that was a call');
    await framesEnd(host);
    expect(await host.part('their-video').isVisible()).toBe(true);
    expect(await coversTheirVideo(host)).toBe(false);
  });
});

/** The button of that name, as far as it stands like that. */
function toggle({ page }: DemoPage, name: string, pressed: boolean): Locator {
  return page.getByRole('button', { name, pressed });
}

/** Runs in a page: whatever it would say of its call, it keeps to itself. */
function sayNothingOfCalls(): void {
  const send = Reflect.get(RTCDataChannel.prototype, 'send') as (message: string) => void;
  RTCDataChannel.prototype.send = function (this: RTCDataChannel, message: never) {
    if (this.label !== 'call') send.call(this, message);
  };
}

/** Whether anything of the other side is still played. */
function isListening({ page }: DemoPage): Promise<boolean> {
  return page.evaluate(
    () => document.querySelector<HTMLVideoElement>('[data-testid=their-video]')?.srcObject !== null,
  );
}

/** Whether something that lets nothing through lies over the picture of the other side. */
function coversTheirVideo({ page }: DemoPage): Promise<boolean> {
  return page.evaluate(() => {
    const video = document.querySelector('[data-testid=their-video]')?.getBoundingClientRect();
    if (video === undefined) return false;
    const top = document.elementFromPoint(video.x + video.width / 2, video.y + video.height / 2);
    return top?.matches('.no-picture') === true && getComputedStyle(top).backgroundColor.startsWith('rgb(');
  });
}

/** Waits until for half a second no more of them came. */
async function framesEnd({ page }: DemoPage): Promise<void> {
  await page.getByTestId('their-video').evaluate(
    (video: HTMLVideoElement) =>
      new Promise<void>((resolve) => {
        let patience = setTimeout(resolve, 500);
        const more = () => {
          clearTimeout(patience);
          patience = setTimeout(resolve, 500);
          video.requestVideoFrameCallback(more);
        };
        video.requestVideoFrameCallback(more);
      }),
  );
}
