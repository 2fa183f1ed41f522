import { describe, expect, it } from 'vitest';

import { askOperations } from '../support/operations.ts';
import { has } from '../support/programs.ts';
import { jwtSettings, tokenFor } from '../support/tokens.ts';
import { cuttableLine } from './cuttable-line.ts';
import { DemoPage, openPair } from './demo-page.ts';
import { demoStage } from './demo-stage.ts';
import { movableDoor } from './movable-door.ts';

const OPS_TOKEN = 'an-operator-of-this-test-and-nobody-else';

/** A name that is no loopback name to a browser, so a page from there is not secure; it leads here all the same. */
const LAN_HOST = 'parley.test';

describe.runIf(has('chromium'))('the page has words for', () => {
  const stage = demoStage([`--host-resolver-rules=MAP ${LAN_HOST} 127.0.0.1`]);

  it('a code that no room has, typed or opened, and goes on with the right one', async () => {
    const { url } = await stage.node();
    const host = await DemoPage.open(stage.browser, url);
    const code = await host.code();
    const wrong = code.startsWith('2222') ? '3333-3333' : '2222-2222';
    const guest = await DemoPage.open(stage.browser, `${url}/#${wrong}`);
    await guest.says('No room has this code');
    await guest.join(wrong);
    await guest.part('problem').filter({ hasText: 'No room has this code' }).waitFor();
    await guest.join('7KMP');
    await guest.part('problem').filter({ hasText: 'eight letters and digits' }).waitFor();
    await guest.join(code);
    await guest.canWrite();
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('a room that is full, and makes another', async () => {
    const { url } = await stage.node();
    const [host] = await openPair(stage.browser, url);
    const third = await DemoPage.open(stage.browser, await host.link());
    await third.says('This room is full');
    await third.part('anew').click();
    expect(await third.code()).not.toBe(await host.code());
  });

  it('the own code, which is for the other side', async () => {
    const { url } = await stage.node();
    const host = await DemoPage.open(stage.browser, url);
    await host.join(await host.code());
    await host.part('problem').filter({ hasText: 'for the other side' }).waitFor();
    expect(host.problems).toEqual([]);
  });

  it('the other side that has left, and lets somebody else in', async () => {
    const { url } = await stage.node();
    const [host, guest] = await openPair(stage.browser, url);
    await guest.part('leave').click();
    await host.says('The other side has left');
    const next = await DemoPage.open(stage.browser, await host.link());
    await Promise.all([host.canWrite(), next.canWrite()]);
    await next.write('another one');
    await host.reads('another one');
    expect([...host.problems, ...next.problems]).toEqual([]);
  });

  it('a server that cannot be reached, and goes on where it was when it can', async () => {
    const { url } = await stage.node();
    const context = await stage.browser.newContext();
    const line = await cuttableLine(context);
    const host = await DemoPage.open(context, url);
    const code = await host.code();
    line.cut();
    await host.says('The server cannot be reached');
    line.mend();
    await host.says('Waiting for the other side');
    expect(await host.code()).toBe(code);

    // And from the very first moment.
    line.cut();
    const late = await DemoPage.open(context, url);
    await late.says('The server cannot be reached');
    line.mend();
    expect(await late.code()).not.toBe(code);
  });

  it('a room that is gone with the server it was on', async () => {
    const [first, second] = [await stage.node(), await stage.node()];
    const door = await movableDoor(first.port);
    stage.later(() => door.close());
    const host = await DemoPage.open(stage.browser, door.url);
    const code = await host.code();
    await first.stop();
    await host.says('The server cannot be reached');
    door.leadTo(second.port);
    await host.says('The room has ended', /no longer knows it/);
    await host.part('anew').click();
    await host.stands('waiting');
    expect(await host.code()).not.toBe(code);
  });

  it('a server that starts anew under two that talk', async () => {
    const [first, second] = [await stage.node(), await stage.node()];
    const door = await movableDoor(first.port);
    stage.later(() => door.close());
    const [host, guest] = await openPair(stage.browser, door.url);
    await first.stop();
    await host.says('Still connected', /The server is gone/);
    door.leadTo(second.port);
    await host.says('Still connected', /The room has ended/);
    await host.page.locator('#picture[data-server=reached][data-line=direct][data-other=away]').waitFor();
    expect(await host.live('The other side')).toBe('away');
    // What could not be negotiated is not offered.
    expect(await host.part('call').isDisabled()).toBe(true);
    await guest.part('leave').click();
    await host.says('The room has ended', /no longer knows it/);
  });

  it('being removed by an operator', async () => {
    const node = await stage.node({ PARLEY_OPS_TOKEN: OPS_TOKEN });
    const host = await DemoPage.open(stage.browser, node.url);
    await host.code();
    const { body } = await askOperations(node, 'GET', '/sessions?reveal=1', { token: OPS_TOKEN });
    const [{ session } = {}] = body['sessions'] as { session?: string }[];
    const closed = await askOperations(node, 'POST', '/sessions/close', {
      token: OPS_TOKEN,
      body: { session },
    });
    expect(closed.status).toBe(200);
    await host.says('You have been removed');
  });

  it('another tab that has taken the place of this one', async () => {
    const { url } = await stage.node({ PARLEY_AUTH: 'jwt', ...jwtSettings });
    const mine = `${url}/?token=${tokenFor('ada', { peer: 'ada-1' })}`;
    const first = await DemoPage.open(stage.browser, mine);
    await first.code();
    const second = await DemoPage.open(stage.browser, mine);
    await first.says('You have gone on elsewhere');
    await second.stands('waiting');
    expect([...first.problems, ...second.problems]).toEqual([]);
  });

  it('a server that wants a token', async () => {
    const { url } = await stage.node({ PARLEY_AUTH: 'jwt', ...jwtSettings });
    const page = await DemoPage.open(stage.browser, url);
    await page.says('This server wants a token');
    const wrong = await DemoPage.open(stage.browser, `${url}/?token=none`);
    await wrong.says('The token is not taken');
    expect(await wrong.part('anew').isVisible()).toBe(true);
  });

  it('a camera that is refused', async () => {
    const { url } = await stage.node();
    const [host] = await openPair(stage.browser, url);
    await host.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await host.part('call').click();
    await host.part('call-problem').filter({ hasText: 'The camera was refused' }).waitFor();
    expect(await host.part('videos').isVisible()).toBe(false);
  });

  it('a path that does not exist', async () => {
    const { url } = await stage.node();
    const context = await stage.browser.newContext();
    await context.addInitScript(leadNowhere);
    const host = await DemoPage.open(context, url);
    const guest = await DemoPage.open(context, await host.link());
    for (const side of [host, guest]) await side.says('No path was found', /TURN server/);
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('plain http in a network: chat and files work, the camera says what it needs, the code can be marked', async () => {
    const { port } = await stage.node();
    const url = `http://${LAN_HOST}:${port}/`;
    const host = await DemoPage.open(stage.browser, url);
    expect(
      await host.page.evaluate(() => [isSecureContext, 'clipboard' in navigator, 'subtle' in crypto]),
    ).toEqual([false, false, false]);
    await host.code();
    await host.part('copy-code').click();
    await host.page.getByText('Code marked').waitFor();
    expect(await host.page.evaluate(() => String(getSelection()))).toBe(await host.code());

    const guest = await DemoPage.open(stage.browser, await host.link());
    await Promise.all([host.canWrite(), guest.canWrite()]);
    await host.drop('small.bin', Buffer.from('over plain http'));
    await guest
      .part('theirs-file')
      .getByText(/SHA-256 [0-9a-f]{64}/)
      .waitFor();
    await host.part('call').click();
    await host.part('call-problem').filter({ hasText: 'https pages only' }).waitFor();
    expect([...host.problems, ...guest.problems]).toEqual([]);
  });

  it('a page of this machine: its link and QR code lead to the address that npm start told it', async () => {
    const { port } = await stage.node();
    const alone = await DemoPage.open(stage.browser, `http://localhost:${port}/`);
    await alone.code();
    await alone.page.getByText('This address works on this machine only').waitFor();
    const told = await DemoPage.open(stage.browser, `http://localhost:${port}/?lan=192.168.1.5`);
    expect(await told.link()).toBe(`http://192.168.1.5:${port}/#${await told.code()}`);
    expect(await told.page.getByText('This address works on this machine only').isVisible()).toBe(false);
    // Here, no detour over the network is wanted.
    expect(await told.part('open-other').getAttribute('href')).toContain('http://localhost');
  });
});

/** Every candidate of the other side leads to a port of this machine where nobody is, as behind a firewall. */
function leadNowhere(): void {
  const away = (text: string) =>
    text.replaceAll(/(candidate:\S+ \d \S+ \d+) \S+ \d+ typ/g, '$1 127.0.0.1 9 typ');
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    override addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void> {
      return super.addIceCandidate(candidate && { ...candidate, candidate: away(candidate.candidate ?? '') });
    }

    override setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
      return super.setRemoteDescription({ type, sdp: away(sdp) });
    }
  };
}
