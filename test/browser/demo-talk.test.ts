import { createHash, randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { startRedis, uniquePrefix } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { cuttableLine } from './cuttable-line.ts';
import { DemoPage, openPair } from './demo-page.ts';
import { demoStage } from './demo-stage.ts';

const FILE_BYTES = 5 * 1_048_576;

describe.runIf(has('chromium'))('two browsers that have met', () => {
  const stage = demoStage();
  const pair = async () => openPair(stage.browser, (await stage.node()).url);

  it('write to each other', async () => {
    const [host, guest] = await pair();
    await host.write('hello from the host');
    await guest.reads('hello from the host');
    await guest.write('<b>hello</b> from the guest');
    await host.reads('<b>hello</b> from the guest');
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('send a file by dropping it, and both see the same hash', async () => {
    const [host, guest] = await pair();
    const bytes = randomBytes(FILE_BYTES);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await host.drop('a picture.bin', bytes);
    const [mine, theirs] = [host.part('mine-file'), guest.part('theirs-file')];
    await mine.getByText(/5\.0 MiB, sent/).waitFor();
    await theirs.getByText(/5\.0 MiB, unharmed/).waitFor();
    for (const shown of [mine, theirs]) expect(await shown.textContent()).toContain(`SHA-256 ${sha256}`);
    expect(
      createHash('sha256')
        .update(await guest.download())
        .digest('hex'),
    ).toBe(sha256);
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('are asked before they receive a large file', async () => {
    const [host, guest] = await pair();
    await offerLarge(host);
    await guest.part('decline-file').click();
    await host.part('mine-file').getByText('not wanted by the other side').waitFor();
    await guest.part('theirs-file').getByText('declined').waitFor();

    await offerLarge(host);
    await guest.part('receive-file').click();
    await guest
      .part('theirs-file')
      .getByText(/unharmed/)
      .waitFor({ timeout: 60_000 });
    expect(await guest.part('receive-file').count()).toBe(0);
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('show how far a file is', async () => {
    const [host, guest] = await pair();
    const values = await guest.page.evaluateHandle(() => {
      const seen: number[] = [];
      const look = () => {
        const bar = document.querySelector('progress');
        if (bar && bar.value !== seen.at(-1)) seen.push(bar.value);
        requestAnimationFrame(look);
      };
      look();
      return seen;
    });
    const big = 4 * FILE_BYTES;
    await host
      .part('file-input')
      .setInputFiles({ name: 'big.bin', mimeType: 'image/png', buffer: Buffer.alloc(big) });
    await guest.part('received-file').waitFor();
    const seen = await values.jsonValue();
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.filter((bytes) => bytes > 0 && bytes < big).length).toBeGreaterThan(1);
  });

  it('see each other, mute, and stop', async () => {
    const [host, guest] = await pair();
    await host.part('call').click();
    await framesArrive(guest);
    await guest.part('call').filter({ hasText: 'Join with video' }).click();
    await framesArrive(host);
    await framesArrive(guest);

    const toggle = (name: string, pressed: boolean) => guest.page.getByRole('button', { name, pressed });
    await toggle('Mute', false).click();
    await toggle('Mute', true).waitFor();
    await toggle('Camera', true).click();
    await host.part('no-picture').filter({ hasText: 'Camera is off' }).waitFor();
    expect(await coversTheirVideo(host)).toBe(true);
    await guest.part('no-camera').waitFor();
    await toggle('Camera', false).click();
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

  it('see live on which node each of them is', async () => {
    const redis = await startRedis();
    stage.later(() => redis.stop());
    const env = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: uniquePrefix() };
    const [one, two] = [await stage.node(env), await stage.node(env)];
    const host = await DemoPage.open(stage.browser, one.url);
    const guest = await DemoPage.open(stage.browser, `${two.url}/#${await host.code()}`);
    await Promise.all([host.canWrite(), guest.canWrite()]);

    await until('each to know of both nodes', async () => {
      for (const [own, other] of [
        [host, guest],
        [guest, host],
      ] as const) {
        expect(await own.live('Your node')).toMatch(/^n-/);
        expect(await own.live('Their node')).toBe(await other.live('Your node'));
      }
      return true;
    });
    expect(await host.live('Your node')).not.toBe(await guest.live('Your node'));
  });

  it('see live how they are connected, and who is away and back', async () => {
    const { url } = await stage.node();
    const context = await stage.browser.newContext();
    const line = await cuttableLine(context);
    const host = await DemoPage.open(stage.browser, url);
    const guest = await DemoPage.open(context, await host.link());
    await Promise.all([host.canWrite(), guest.canWrite()]);
    await until('the live view to be complete', async () => {
      expect(await host.live('Your line to Parley')).toBe('open');
      expect(await host.live('The other side')).toBe('here');
      expect(await host.live('Negotiation')).toBe('stable');
      expect(await host.live('Link')).toBe('connected');
      expect(await host.live('Path')).toBe('direct');
      expect(await host.live('Candidates')).toMatch(/^(host|prflx) to (host|prflx), udp$/);
      expect(await host.live('Round trip')).toMatch(/^[\d.]+ ms$/);
      return true;
    });

    line.cut();
    await guest.says('Still connected');
    await host.says('Connected directly', /The other side has lost the server/);
    expect(await host.live('The other side')).toBe('away');
    await guest.write('nobody heard that but you');
    await host.reads('nobody heard that but you');
    line.mend();
    await until('the guest to be back', async () =>
      (await host.live('The other side'))?.startsWith('back after'),
    );
    await guest.says('Connected directly', 'Stop the server: you are still connected.');
  });

  it('are still connected when the server is stopped, and say so', async () => {
    const node = await stage.node();
    const [host, guest] = await openPair(stage.browser, node.url);
    await node.stop();
    for (const side of [host, guest]) await side.says('Still connected', /The server is gone/);
    await host.write('still here?');
    await guest.reads('still here?');
    await guest.drop('late.bin', Buffer.from('a file without a server'));
    expect((await host.download()).toString()).toBe('a file without a server');
  });
});

/** Chooses a file larger than what is received unasked. */
function offerLarge({ page }: DemoPage): Promise<void> {
  return page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('[data-testid=file-input]');
    const chosen = new DataTransfer();
    chosen.items.add(new File([new Uint8Array(101 * 1_048_576)], 'large.bin'));
    if (field === null) throw new Error('no field for files');
    field.files = chosen.files;
    field.dispatchEvent(new Event('change'));
  });
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

/** Waits until pictures of the other side come, one after the other. */
async function framesArrive({ page }: DemoPage): Promise<void> {
  const frames = () =>
    page.evaluate(() => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid=their-video]');
      return video?.checkVisibility() === true ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
    });
  const before = await frames();
  await until('pictures of the other side', async () => (await frames()) > before + 5, 20_000);
}
