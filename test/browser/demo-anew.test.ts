import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { cuttableLine } from './cuttable-line.ts';
import { DemoPage, framesArrive } from './demo-page.ts';
import { demoStage } from './demo-stage.ts';

/** After so long the server takes the seat from somebody who does not come back. */
const SHORT_AWAY = { PARLEY_RESUME_WINDOW_MS: '2000' };

describe.runIf(has('chromium'))('two browsers meet anew in the same room', () => {
  const stage = demoStage();
  /** Two that have met, each with a line to the server that can be cut, and count their peer connections. */
  const pair = async (env?: NodeJS.ProcessEnv) => {
    const { url } = await stage.node(env);
    const contexts = [await stage.browser.newContext(), await stage.browser.newContext()] as const;
    for (const context of contexts) await context.addInitScript(countConnections);
    const lines = [await cuttableLine(contexts[0]), await cuttableLine(contexts[1])] as const;
    const host = await DemoPage.open(contexts[0], url);
    const guest = await DemoPage.open(contexts[1], await host.link());
    await Promise.all([host.canWrite(), guest.canWrite()]);
    return { host, guest, lines };
  };

  it('when one was loaded anew while it could not reach the server', async () => {
    const { host, guest, lines } = await pair(SHORT_AWAY);
    lines[1].cut();
    await guest.says('Still connected');
    await guest.page.reload();
    await guest.says('The server cannot be reached');
    lines[1].mend();
    expect(await meetAnew(host, guest)).toBe(true);
  });

  it('when one was loaded anew while both could not', async () => {
    const { host, guest, lines } = await pair(SHORT_AWAY);
    for (const line of lines) line.cut();
    for (const side of [host, guest]) await side.says('Still connected');
    await guest.page.reload();
    await guest.says('The server cannot be reached');
    for (const line of lines) line.mend();
    expect(await meetAnew(host, guest)).toBe(true);
  });

  it('when one was away for longer than its seat waits, and the link stood all the time', async () => {
    const { host, guest, lines } = await pair(SHORT_AWAY);
    await guest.part('call').click();
    await host.part('their-video').waitFor();
    lines[1].cut();
    await host.says('Connected directly', /has lost the server/);
    // The server has given up the seat: there is nobody to begin a call with.
    await host.page.locator('[data-testid=call]:disabled').waitFor();
    await guest.write('by the link that stands');
    await host.reads('by the link that stands');
    lines[1].mend();
    expect(await meetAnew(host, guest)).toBe(true);
    await framesArrive(host);
  });
});

/** Waits until what each writes reaches the other, on one link and no other. */
async function meetAnew(...sides: [host: DemoPage, guest: DemoPage]): Promise<boolean> {
  await until(
    'the two to be connected by one link',
    async () => {
      for (const side of sides) {
        expect(await side.live('The other side')).toMatch(/^(here|back)/);
        expect(await connections(side)).toEqual(['connected']);
      }
      return true;
    },
    30_000,
  );
  for (const [from, to] of [sides, sides.toReversed() as typeof sides]) {
    await from.canWrite();
    await from.write('good to see you again');
    await to.part('messages').locator('.theirs', { hasText: 'good to see you again' }).waitFor();
    await to.says('Connected directly', 'Stop the server');
  }
  return true;
}

/** Keeps the peer connections of a page in sight of {@link connections}. */
function countConnections(): void {
  const made: RTCPeerConnection[] = [];
  Object.assign(globalThis, { made });
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made.push(this);
    }
  };
}

/** How the peer connections stand that have not been closed. */
function connections({ page }: DemoPage): Promise<string[]> {
  return page.evaluate(() =>
    (globalThis as unknown as { made: RTCPeerConnection[] }).made
      .map(({ connectionState }) => connectionState)
      .filter((state) => state !== 'closed'),
  );
}
