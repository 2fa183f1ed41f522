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

  it('keep what they received for as long as it is shown, and no longer', async () => {
    const [host, guest] = await pair();
    await host.drop('early.bin', Buffer.from('an early file'));
    const address = await guest.part('received-file').getAttribute('href');
    const revoked = await guest.page.evaluateHandle(rememberRevoked);

    await writeMany(host, 400);
    await guest.reads('message 399');
    expect((await guest.download()).toString()).toBe('an early file');
    expect(await revoked.jsonValue()).toEqual([]);

    await writeMany(host, 200);
    await guest.part('received-file').waitFor({ state: 'detached' });
    expect(await revoked.jsonValue()).toEqual([address]);
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

/** Runs in a page: the addresses of files that it has let go of from now on. */
function rememberRevoked(): string[] {
  const revoked: string[] = [];
  const revoke = URL.revokeObjectURL.bind(URL);
  URL.revokeObjectURL = (url) => {
    revoked.push(url);
    revoke(url);
  };
  return revoked;
}

/** Writes as somebody does, only faster. */
function writeMany({ page }: DemoPage, count: number): Promise<void> {
  return page.evaluate((messages) => {
    const field = document.querySelector<HTMLInputElement>('[data-testid=message-input]');
    for (let n = 0; n < messages; n += 1) {
      if (field) field.value = `message ${n}`;
      field?.form?.requestSubmit();
    }
  }, count);
}
