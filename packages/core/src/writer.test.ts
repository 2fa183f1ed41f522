import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import { SeededRandom } from './contract/seeded-random.ts';
import { Unavailable } from './ports/directory.ts';
import { QuietLog, quietMetrics } from './testing/quiet.ts';
import { Writer } from './writer.ts';

describe('the one writer', () => {
  it('has one command of a key in flight, and those of other keys beside it', async () => {
    const { writer, clock } = start();
    const first = command();
    const second = command();
    const other = command();
    void writer.ask('a', first.run);
    void writer.ask('a', second.run);
    void writer.ask('b', other.run);
    await clock.flush();
    expect([first.runs, second.runs, other.runs]).toEqual([1, 0, 1]);

    first.answer('done');
    await clock.flush();
    expect(second.runs).toBe(1);
  });

  it('answers with what the command answers', async () => {
    const { writer, clock } = start();
    await expect(writer.ask('a', async () => 7)).resolves.toBe(7);
    await clock.flush();
    expect(writer.busy('a')).toBe(false);
    expect(writer.size).toBe(0);
  });

  it('gives a command up whose turn does not come in time, and never runs it', async () => {
    const { writer, clock } = start();
    const slow = command();
    const waiting = command();
    void writer.ask('a', slow.run);
    const outcome = writer.ask('a', waiting.run).catch((error: unknown) => error);
    await clock.advance(250);
    expect(await outcome).toBeInstanceOf(Unavailable);

    slow.answer('done');
    await clock.advance(5_000);
    expect(waiting.runs).toBe(0);
    expect(writer.size).toBe(0);
  });

  it('does not give up who waits in a long line that moves', async () => {
    const { writer, clock } = start();
    const commands = Array.from({ length: 10 }, command);
    const outcomes = commands.map(({ run }) => writer.ask('a', run));
    for (const { answer } of commands) {
      await clock.advance(200);
      answer('done');
    }
    await clock.flush();
    expect(await Promise.all(outcomes)).toEqual(commands.map(() => 'done'));
  });

  it('runs a command whose turn comes just in time, however long it takes then', async () => {
    const { writer, clock } = start();
    const slow = command();
    const waiting = command();
    void writer.ask('a', slow.run);
    const outcome = writer.ask('a', waiting.run);
    await clock.advance(249);
    slow.answer('done');
    await clock.advance(500);
    waiting.answer('late, but there');
    await expect(outcome).resolves.toBe('late, but there');
  });

  it('undoes an unknown outcome only when the command can no longer happen, and before anything else of that key', async () => {
    const { writer, clock } = start();
    const events: string[] = [];
    const asked = writer
      .ask('a', unavailable, async () => void events.push(`undone at ${clock.nowMs()}`))
      .catch(() => events.push(`refused at ${clock.nowMs()}`));
    void writer.insist('a', async () => void events.push(`next at ${clock.nowMs()}`));
    await clock.advance(1_499);
    await asked;
    expect(events).toEqual(['refused at 0']);
    await clock.advance(1);
    expect(events).toEqual(['refused at 0', 'undone at 1500', 'next at 1500']);
  });

  it('undoes nothing of a command whose outcome is known', async () => {
    const { writer, clock } = start();
    let undone = 0;
    await writer.ask(
      'a',
      async () => 'known',
      async () => (undone += 1),
    );
    await clock.advance(10_000);
    expect(undone).toBe(0);
  });

  it('repeats an undo until it has succeeded', async () => {
    const { writer, clock } = start();
    let attempts = 0;
    const undo = async () => {
      attempts += 1;
      if (attempts < 4) throw new Unavailable('not yet');
    };
    writer.ask('a', unavailable, undo).catch(() => {});
    await clock.advance(60_000);
    expect(attempts).toBe(4);
    expect(writer.size).toBe(0);
  });

  it('repeats what it insists on with growing pauses until it succeeds, and keeps later commands waiting', async () => {
    const { writer, clock } = start();
    const atMs: number[] = [];
    const outcome = writer.insist('a', async () => {
      atMs.push(clock.nowMs());
      if (atMs.length < 6) throw new Unavailable('not yet');
      return 'at last';
    });
    let later = 0;
    void writer.insist('a', async () => (later += 1));
    await clock.advance(200);
    expect(later).toBe(0);
    await clock.advance(10_000);
    await expect(outcome).resolves.toBe('at last');
    const pausesMs = atMs.slice(1).map((ms, i) => ms - (atMs[i] ?? 0));
    expect(pausesMs.every((ms, i) => ms >= 50 * 2 ** i && ms <= 100 * 2 ** i)).toBe(true);
    expect(later).toBe(1);
  });

  it('is not stopped by a bug in a command: it says so, and the key goes on', async () => {
    const { writer, clock, log } = start();
    await expect(writer.ask('a', bug)).rejects.toThrow('a bug');
    let attempts = 0;
    const insisted = writer.insist('a', async () => {
      attempts += 1;
      if (attempts === 1) throw new TypeError('a bug');
    });
    await clock.advance(1_000);
    await insisted;
    expect(attempts).toBe(2);
    expect(log.errors).toHaveLength(2);
    expect(writer.size).toBe(0);
  });

  it('is not stopped by a bug in an undo', async () => {
    const { writer, clock, log } = start();
    let attempts = 0;
    const undo = async () => {
      attempts += 1;
      if (attempts === 1) throw new TypeError('a bug');
    };
    writer.ask('a', unavailable, undo).catch(() => {});
    await clock.advance(10_000);
    expect(attempts).toBe(2);
    expect(log.errors).toHaveLength(1);
    await expect(writer.ask('a', async () => 'goes on')).resolves.toBe('goes on');
  });

  it('starts nothing more once it is stopped', async () => {
    const { writer, clock } = start();
    const slow = command();
    const waiting = command();
    const inFlight = writer.ask('a', slow.run);
    const outcome = writer.ask('a', waiting.run).catch((error: unknown) => error);
    const insisted = writer.insist('a', waiting.run);
    writer.stop();
    slow.answer('in flight');
    await clock.flush();
    await expect(inFlight).resolves.toBe('in flight');
    expect(await outcome).toBeInstanceOf(Unavailable);
    await expect(insisted).resolves.toBeUndefined();
    expect(waiting.runs).toBe(0);
    expect(writer.size).toBe(0);
    expect(clock.timersForTesting).toBe(0);
  });
});

function start() {
  const clock = new FakeClock();
  const log = new QuietLog();
  return {
    clock,
    log,
    writer: new Writer({ clock, random: new SeededRandom(1), metrics: quietMetrics, log }),
  };
}

/** A command that answers when it is told to. */
function command() {
  let answer: (value: string) => void = () => {};
  const self = {
    runs: 0,
    run: () => {
      self.runs += 1;
      return new Promise<string>((resolve) => (answer = resolve));
    },
    answer: (value: string) => answer(value),
  };
  return self;
}

const unavailable = () => Promise.reject(new Unavailable('no answer'));
const bug = () => Promise.reject(new TypeError('a bug'));
