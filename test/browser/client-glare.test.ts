import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

const ROUNDS = 50;

describe.runIf(canMeet)('two pages that both renegotiate at once', () => {
  const pages = pagesOnTwoNodes();

  it(`agree ${ROUNDS} times out of ${ROUNDS}, and go on talking`, async () => {
    const both = await pages.meet();
    await Promise.all(both.map(prepare));
    for (let round = 0; round < ROUNDS; round++) {
      const settled = await Promise.all(both.map((page) => renegotiate(page, round)));
      expect(settled, `round ${round}`).toEqual(['settled', 'settled']);
    }
    const [impolite, polite] = await Promise.all(both.map(ends));
    expect([impolite?.errors, polite?.errors]).toEqual([[], []]);
    expect([impolite?.isOpen, polite?.isOpen]).toEqual([true, true]);
    // Only one of the two ever gives way, and it had to often: the offers did cross.
    expect(impolite?.rollbacks).toBe(0);
    expect(polite?.rollbacks).toBeGreaterThan(ROUNDS / 5);
  });

  it('get stuck if neither of them is polite', async () => {
    const [first, second] = [await pages.open(0), await pages.open(1)];
    await second.evaluate(() => {
      window.sdk.sockets.tamper((text) => text.replaceAll('"polite":true', '"polite":false'));
    });
    for (const page of [first, second])
      await page.evaluate(async () => void (await window.sdk.join('stubborn')));
    await Promise.all(
      [first, second].map((page) =>
        page.evaluate(async () => void (await window.sdk.peer()).channel('chat')),
      ),
    );
    const settled: string[] = [];
    for (let round = 0; round < ROUNDS && !settled.includes('stuck'); round++) {
      settled.push(...(await Promise.all([first, second].map((page) => renegotiate(page, round, 3_000)))));
    }
    expect(settled).toContain('stuck');
  });
});

/** A channel, so that they have something to lose; and what goes wrong is written down. */
async function prepare(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const seen = { rollbacks: 0, errors: [] as string[] };
    Object.assign(window, { seen });
    window.sdk.countRollbacks(() => seen.rollbacks++);
    const peer = await window.sdk.peer();
    peer.on('error', (error) => seen.errors.push(error.message));
    await peer.channel('chat').ready;
    Object.assign(window, { camera: await window.sdk.camera({ video: true, audio: true }) });
  });
}

/** In even rounds adds the camera, in odd ones takes it away; settled when both ends have seen it and nothing is pending. */
function renegotiate(page: Page, round: number, deadlineMs = 10_000): Promise<'settled' | 'stuck'> {
  return page.evaluate(
    async ([isEven, withinMs]) => {
      const peer = await window.sdk.peer();
      const camera = ((window as { camera?: MediaStream }).camera ??= await window.sdk.camera());
      if (isEven) peer.addStream(camera);
      else peer.removeStream(camera);
      const streams = isEven ? 1 : 0;
      // Each sees what the other one did; when both have, both have been taken up.
      const agreed = () => peer.pc.signalingState === 'stable' && peer.streams.length === streams;
      return window.sdk.until('an agreement', agreed, withinMs).then(
        () => 'settled' as const,
        () => 'stuck' as const,
      );
    },
    [round % 2 === 0, deadlineMs] as const,
  );
}

async function ends(page: Page): Promise<{ rollbacks: number; errors: string[]; isOpen: boolean }> {
  return page.evaluate(async () => {
    const { seen } = window as unknown as { seen: { rollbacks: number; errors: string[] } };
    return { ...seen, isOpen: (await window.sdk.peer()).channel('chat').isOpen };
  });
}
