import jsqr from 'jsqr';
import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startRedis, uniquePrefix } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { DemoPage, openPair } from './demo-page.ts';
import { demoStage } from './demo-stage.ts';
import { pixelsOf } from './pixels.ts';

/** Real pages, real WebRTC: the demo that ships, opened twice as if on two devices. */
describe.runIf(has('chromium'))('two browsers meet', () => {
  const stage = demoStage();

  it('by the link: who opens the page has a code at once, and who opens its link joins by itself', async () => {
    const { url } = await stage.node();
    const [host, guest] = await openPair(stage.browser, url);
    await host.says('Connected directly', 'Stop the server: you are still connected.');
    await guest.says('Connected directly');
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('by the QR code: its picture reads as the link', async () => {
    const { url } = await stage.node();
    for (const colorScheme of ['light', 'dark'] as const) {
      const host = await DemoPage.open(await stage.browser.newContext({ colorScheme }), url);
      const link = await host.link();
      const { data, width, height } = await pixelsOf(await host.part('qr').screenshot(), stage.browser);
      expect(jsqr.default(data, width, height)?.data).toBe(link);
    }
  });

  it('by the code, as people type it, out of a room of their own', async () => {
    const { url } = await stage.node();
    const host = await DemoPage.open(stage.browser, url);
    const guest = await DemoPage.open(stage.browser, url);
    const [code, own] = [await host.code(), await guest.code()];
    expect(own).not.toBe(code);
    await guest.join(` ${code.toLowerCase().replace('-', '')} `);
    await Promise.all([host.canWrite(), guest.canWrite()]);
    expect(await guest.link()).toBe(await host.link());
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('by the button that opens the other side in a new tab', async () => {
    const { url } = await stage.node();
    const context = await stage.browser.newContext();
    const host = await DemoPage.open(context, url);
    await host.code();
    const [tab] = await Promise.all([context.waitForEvent('page'), host.part('open-other').click()]);
    const guest = new DemoPage({ page: tab, problems: [] });
    await Promise.all([host.canWrite(), guest.canWrite()]);
    await guest.write('from the new tab');
    await host.reads('from the new tab');
    expect(host.problems).toEqual([]);
  });

  it('again after one page was loaded anew', async () => {
    const { url } = await stage.node();
    const [host, guest] = await openPair(stage.browser, url);
    await guest.page.reload();
    await Promise.all([guest.stands('connected'), guest.canWrite()]);
    await host.stands('connected');
    await until('a word to arrive', async () => {
      await host.canWrite();
      await host.write('welcome back');
      return guest.part('messages').getByText('welcome back').first().isVisible();
    });
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it.runIf(has('haproxy') && has('redis-server'))('on two nodes behind a balancer', async () => {
    // page -> HAProxy -> node 1 => Redis => node 2 <- HAProxy <- page
    const redis = await startRedis();
    stage.later(() => redis.stop());
    const shared = {
      PARLEY_REDIS_URL: redis.url,
      PARLEY_REDIS_PREFIX: uniquePrefix(),
      PARLEY_TRUSTED_PROXIES: '127.0.0.1',
    };
    const nodes = [await stage.node(shared), await stage.node(shared)];
    const haproxy = await startHaproxy({ backends: nodes });
    stage.later(() => haproxy.stop());
    /** HAProxy takes both nodes for good, and all it has open are this many sockets: no file of a page on its way. */
    const settled = (sockets: number) =>
      until(`HAProxy to hold ${sockets} sockets and nothing else`, async () => {
        const states = [...(await haproxy.nodes()).values()];
        const held = states.reduce((sum, { sessions }) => sum + sessions, 0);
        return states.every(({ up, check }) => up && check === 'L7OK') && held === sockets;
      });

    await settled(0);
    const host = await DemoPage.open(stage.browser, haproxy.url);
    const link = await host.link();
    // Now the node without a socket is the one with the fewest connections.
    await settled(1);
    const guest = await DemoPage.open(stage.browser, link);
    await Promise.all([host.canWrite(), guest.canWrite()]);
    const statuses = await Promise.all(
      nodes.map(async ({ opsUrl }) => (await fetch(`${opsUrl}/statusz`)).json()),
    );
    expect(statuses).toMatchObject([
      { sessions: 1, rooms: 1, redis: { topology: 'standalone' } },
      { sessions: 1, rooms: 1, redis: { topology: 'standalone' } },
    ]);
    await guest.write('from one node to the other');
    await host.reads('from one node to the other');
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });
});
