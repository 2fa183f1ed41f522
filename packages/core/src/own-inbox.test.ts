import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import { SeededRandom } from './contract/seeded-random.ts';
import type { Envelope } from './envelope.ts';
import { LIMITS } from './limits.ts';
import { OwnInbox } from './own-inbox.ts';
import type { Bus, Inbox } from './ports/bus.ts';
import { QuietLog } from './testing/quiet.ts';

/** The directory answers from the beginning, and there was time before that. */
const UP_SINCE_MS = LIMITS.deafAfterMs;

describe('whether a node hears its own inbox', () => {
  it('is so once its probe has come back, and as long as one does', async () => {
    const { inbox, clock, echo } = start();
    expect(inbox.hears).toBe(false);
    inbox.ask(UP_SINCE_MS);
    expect(echo()).toBe(true);
    expect([inbox.hears, inbox.ageMs]).toEqual([true, 0]);
    await clock.advance(LIMITS.deafAfterMs - 1);
    expect(inbox.hears).toBe(true);
    await clock.advance(1);
    expect([inbox.hears, inbox.ageMs]).toEqual([false, LIMITS.deafAfterMs]);
  });

  it('is news only to who was deaf', async () => {
    const { inbox, clock, echo } = start();
    inbox.ask(UP_SINCE_MS);
    echo();
    await clock.advance(LIMITS.beatIntervalMs);
    inbox.ask(UP_SINCE_MS);
    expect(echo()).toBe(false);
    await clock.advance(LIMITS.deafAfterMs);
    inbox.ask(UP_SINCE_MS);
    expect(echo()).toBe(true);
  });

  it('is not said by a probe of before, nor by another’s', () => {
    const { inbox, probes } = start();
    inbox.ask(UP_SINCE_MS);
    inbox.ask(UP_SINCE_MS);
    expect([inbox.heard(probes[0] ?? ''), inbox.heard('another’s'), inbox.hears]).toEqual([
      false,
      false,
      false,
    ]);
    expect(inbox.heard(probes[1] ?? '')).toBe(true);
  });
});

describe('a subscription that is silent', () => {
  it('is made anew, and then has as long again to be heard', async () => {
    const { inbox, clock, bus, echo } = start();
    inbox.ask(UP_SINCE_MS);
    echo();
    await clock.advance(LIMITS.deafAfterMs - 1);
    inbox.ask(UP_SINCE_MS);
    expect(bus.rebuilt).toBe(0);
    await clock.advance(1);
    inbox.ask(UP_SINCE_MS);
    expect(bus.rebuilt).toBe(1);
    await clock.advance(LIMITS.deafAfterMs - 1);
    inbox.ask(UP_SINCE_MS);
    expect(bus.rebuilt).toBe(1);
    await clock.advance(1);
    inbox.ask(UP_SINCE_MS);
    expect(bus.rebuilt).toBe(2);
  });

  it('is asked as soon as it was made anew, and has as long as any other from then on', async () => {
    const { inbox, clock, bus, probes, echo } = start();
    await clock.advance(LIMITS.deafAfterMs);
    inbox.ask(UP_SINCE_MS);
    expect(bus.rebuilt).toBe(1);
    // It took that long.
    await clock.advance(LIMITS.deafAfterMs - 1);
    const asked = probes.length;
    inbox.resubscribed();
    expect(probes).toHaveLength(asked + 1);
    await clock.advance(LIMITS.deafAfterMs - 1);
    inbox.ask(UP_SINCE_MS);
    expect(bus.rebuilt).toBe(1);
    expect([echo(), inbox.hears]).toEqual([true, true]);
  });

  it('says nothing while the directory does not answer, nor right after', async () => {
    const { inbox, clock, bus } = start();
    await clock.advance(LIMITS.deafAfterMs * 3);
    inbox.ask(undefined);
    const upSinceMs = clock.nowMs();
    inbox.ask(upSinceMs);
    expect(bus.rebuilt).toBe(0);
    await clock.advance(LIMITS.deafAfterMs);
    inbox.ask(upSinceMs);
    expect(bus.rebuilt).toBe(1);
  });

  it('says nothing to a process that slept, and so could not listen', async () => {
    const { inbox, clock, bus, echo } = start();
    inbox.ask(UP_SINCE_MS);
    echo();
    await clock.advance(60_000);
    inbox.excuseSleep();
    inbox.ask(UP_SINCE_MS);
    expect([inbox.hears, bus.rebuilt]).toEqual([true, 0]);
  });

  it('is no sleep while the process goes on asking', async () => {
    const { inbox, clock, bus } = start();
    for (let ms = 0; ms <= LIMITS.deafAfterMs; ms += LIMITS.beatIntervalMs) {
      if (ms > 0) inbox.excuseSleep();
      inbox.ask(UP_SINCE_MS);
      await clock.advance(LIMITS.beatIntervalMs);
    }
    expect([inbox.hears, bus.rebuilt]).toEqual([false, 1]);
  });
});

function start() {
  const clock = new FakeClock(UP_SINCE_MS);
  const probes: string[] = [];
  const bus = {
    inbox: 'node-1' as Inbox,
    rebuilt: 0,
    rebuild: () => void (bus.rebuilt += 1),
    send: (_to: Inbox, envelope: Envelope) => {
      if (envelope.kind === 'probe') probes.push(envelope.token);
    },
  };
  const ports = { clock, random: new SeededRandom(1), log: new QuietLog() };
  const inbox = new OwnInbox({ bus: bus as unknown as Bus, ...ports });
  /** The last probe comes back. */
  const echo = () => inbox.heard(probes.at(-1) ?? '');
  return { inbox, clock, bus, probes, echo };
}
