import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { AWAY_MS } from './testing/world.ts';
import { Guest, HERE, ROOM, RouterBench, seatOf, THERE } from './testing/router.ts';

describe('a signal from another node', () => {
  it('waits behind an earlier one of its sender, even when it could be delivered itself', () => {
    const { router, alice, bob, seat, receive } = start();
    receive('1');
    seat(bob, THERE);
    receive('2');
    expect(alice.relayed).toEqual([]);
    router.settled(ROOM);
    expect(alice.relayed).toEqual(['1', '2']);
    expect(router.held).toBe(0);
  });

  it('is delivered at once when its sender is known', () => {
    const { alice, bob, seat, receive, outcomes } = start();
    seat(bob, THERE);
    receive('1');
    expect(alice.relayed).toEqual(['1']);
    expect(outcomes).toEqual(['delivered']);
  });

  it('has the room read when its sender is unknown, and goes on waiting while it was only changed', () => {
    const { router, receive, outcomes, repaired } = start();
    receive('1');
    expect(repaired).toEqual([ROOM]);
    router.settled(ROOM);
    expect(outcomes).toEqual([]);
    router.asked(ROOM);
    router.read(ROOM);
    router.settled(ROOM);
    expect(outcomes).toEqual(['not-in-room']);
  });

  it('is refused as gone when nobody here sits there because its receiver is gone, else as not in the room', () => {
    const { router, hub, alice, receive, outcomes } = start();
    receive('1');
    router.closed(ROOM);
    receive('2');
    hub.delete(alice.session);
    router.closed(ROOM);
    receive('3');
    expect(outcomes).toEqual(['not-in-room', 'gone', 'gone']);
  });

  it('is not taken for delivered when the socket did not take it', () => {
    const { alice, bob, seat, receive, outcomes } = start();
    seat(bob, THERE);
    alice.outcome = 'dropped';
    receive('1');
    expect(outcomes).toEqual(['dropped']);
  });

  it('waits for a session that is not welcome yet, and comes after what was first there', () => {
    const { alice, bob, seat, receive, outcomes } = start();
    seat(bob, THERE);
    alice.isWelcome = false;
    receive('1');
    receive('2');
    expect(outcomes).toEqual([]);
    alice.relay('mail');
    alice.welcome();
    expect(alice.relayed).toEqual(['mail', '1', '2']);
    expect(outcomes).toEqual(['delivered', 'delivered']);
  });

  it('is stale when it waited too long for the welcome, and gone when the session ended instead', async () => {
    const { clock, hub, alice, bob, seat, receive, outcomes } = start();
    seat(bob, THERE);
    alice.isWelcome = false;
    receive('1');
    await clock.advance(LIMITS.signalLifeMs + 1);
    alice.welcome();
    alice.isWelcome = false;
    receive('2');
    hub.delete(alice.session);
    alice.welcome();
    expect([outcomes, alice.relayed]).toEqual([['stale', 'gone'], []]);
  });

  it('is one of so many that may wait for a welcome', () => {
    const { alice, bob, seat, receive, outcomes } = start();
    seat(bob, THERE);
    alice.isWelcome = false;
    for (let n = 0; n <= LIMITS.signalsBeforeWelcome; n += 1) receive(`${n}`);
    expect(outcomes).toEqual(['dropped']);
  });
});

describe('a signal to a peer of the same node', () => {
  it('is delivered within the call, and leaves nothing open', () => {
    const { router, alice, send, outcomes } = start();
    send('1', seatOf(alice, HERE));
    expect([alice.relayed, outcomes, router.lanes.open]).toEqual([['1'], ['delivered'], 0]);
  });

  it('is refused when that one does not sit there any more', () => {
    const { rooms, alice, send, outcomes } = start();
    rooms.seatOf = () => undefined;
    send('1', seatOf(alice, HERE));
    expect([alice.relayed, outcomes]).toEqual([[], ['not-in-room']]);
  });

  it('waits for its welcome, and what comes next waits behind it', () => {
    const { router, alice, send, outcomes } = start();
    alice.isWelcome = false;
    send('1', seatOf(alice, HERE));
    expect(router.lanes).toEqual({ open: 1, blocked: 0 });
    alice.isWelcome = true;
    send('2', seatOf(alice, HERE));
    alice.isWelcome = false;
    alice.welcome();
    expect(alice.relayed).toHaveLength(2);
    expect([outcomes, router.lanes.open]).toEqual([['delivered', 'delivered'], 0]);
  });

  it('is kept when its session has just ended, though the room does not know yet', async () => {
    const { clock, router, hub, alice, directory, send, outcomes } = start();
    hub.delete(alice.session);
    send('1', seatOf(alice, HERE));
    await clock.flush();
    expect(directory.texts).toEqual(['1']);
    expect([outcomes, router.lanes.open]).toEqual([[{ keptForMs: AWAY_MS }], 0]);
  });

  it('is kept when its socket does not take it: by then it has ended', async () => {
    const { clock, hub, alice, directory, send, outcomes } = start();
    alice.outcome = 'dropped';
    alice.close = () => void hub.delete(alice.session);
    send('1', seatOf(alice, HERE));
    await clock.flush();
    expect([directory.texts, outcomes]).toEqual([['1'], [{ keptForMs: AWAY_MS }]]);
  });
});

describe('a signal to a peer of another node', () => {
  it('is one envelope, for the very session, with the time when it was read', async () => {
    const { bob, letters, send, settle, outcomes } = start();
    send('1', seatOf(bob, THERE));
    expect(letters).toMatchObject([
      {
        at: THERE,
        kind: 'signal',
        room: ROOM,
        from: 'alice',
        toSession: bob.session,
        text: '1',
        sentAtMs: 5,
      },
    ]);
    settle('delivered');
    expect(outcomes).toEqual(['delivered']);
  });

  it('is put when that node says that the session is gone', async () => {
    const { clock, bob, directory, send, settle, outcomes } = start();
    send('1', seatOf(bob, THERE));
    settle('gone');
    await clock.flush();
    expect([directory.texts, outcomes]).toEqual([['1'], [{ keptForMs: AWAY_MS }]]);
  });

  it('is sent where the directory says that it is now, to the session that it has there', async () => {
    const { clock, hub, bob, directory, send, settle, outcomes } = start();
    const back = new Guest('bob', 2);
    hub.set(back.session, back);
    directory.answer = { outcome: 'here', node: HERE, session: back.session };
    send('1', seatOf(bob, THERE));
    settle('gone');
    await clock.flush();
    expect([back.relayed, outcomes]).toEqual([['1'], ['delivered']]);
  });

  it.each(['lost', 'gone'] as const)('that is %s is put at once', async (state) => {
    const { clock, bob, membership, directory, letters, send } = start();
    membership.state = () => state;
    send('1', seatOf(bob, THERE));
    await clock.flush();
    expect([letters.length, directory.texts]).toEqual([0, ['1']]);
  });

  it('that is away is put for this life of it, before the command can be late', async () => {
    const { clock, bob, directory, letters, send } = start();
    send('1', { ...seatOf(bob, THERE), awayUntilMs: 1 });
    await clock.flush();
    expect(letters).toEqual([]);
    expect(directory.puts).toMatchObject([{ key: 'main/bob', instance: bob.instance, notAfterMs: 1_000 }]);
  });
});

describe('mail that cannot be put', () => {
  it('holds up what is put next for the pair until it can no longer happen, and nobody else’s', async () => {
    const { clock, bob, directory, send, outcomes } = start();
    directory.isUnavailable = true;
    send('1', { ...seatOf(bob, THERE), awayUntilMs: 1 });
    await clock.flush();
    directory.isUnavailable = false;
    expect(outcomes).toEqual(['unavailable']);
    send('2', { ...seatOf(bob, THERE), awayUntilMs: 1 });
    send('other', { ...seatOf(new Guest('carol'), THERE), awayUntilMs: 1 });
    await clock.advance(250);
    expect(directory.texts).toEqual(['1', 'other']);
    expect(outcomes.slice(1)).toEqual([{ keptForMs: AWAY_MS }, 'unavailable']);
    await clock.advance(1_300);
    send('3', { ...seatOf(bob, THERE), awayUntilMs: 1 });
    await clock.flush();
    expect(directory.texts).toEqual(['1', 'other', '3']);
  });

  it('because this node has put its share is not put: the peer counts as one whose mail is full', async () => {
    const { clock, bob, directory, send, outcomes } = start();
    const away = { ...seatOf(bob, THERE), awayUntilMs: 1 };
    const text = 'x'.repeat(LIMITS.mailBytesPerRealm / 2);
    send(text, away);
    await clock.flush();
    send('1', away);
    await clock.flush();
    expect([directory.puts.length, outcomes]).toEqual([1, [{ keptForMs: AWAY_MS }, 'full']]);
  });

  it.each(['full', 'gone'] as const)(
    'because the peer is %s costs nothing of that share',
    async (outcome) => {
      const { clock, bob, directory, send, outcomes } = start();
      const away = { ...seatOf(bob, THERE), awayUntilMs: 1 };
      const text = 'x'.repeat(LIMITS.mailBytesPerRealm / 2);
      directory.answer = { outcome };
      send(text, away);
      await clock.flush();
      directory.answer = { outcome: 'kept', forMs: AWAY_MS };
      send(text, away);
      await clock.flush();
      expect(outcomes).toEqual([outcome, { keptForMs: AWAY_MS }]);
    },
  );

  it('is counted as what it is', async () => {
    const { clock, bob, directory, counted, send } = start();
    const away = { ...seatOf(bob, THERE), awayUntilMs: 1 };
    for (const outcome of ['full', 'gone'] as const) {
      directory.answer = { outcome };
      send(outcome, away);
      await clock.flush();
    }
    directory.answer = { outcome: 'kept', forMs: 1 };
    send('kept', away);
    await clock.flush();
    expect(counted).toEqual(['full', 'kept']);
  });
});

describe('a router that is stopped', () => {
  it('tells every sender that nobody knows', () => {
    const { router, bob, send, outcomes } = start();
    send('1', seatOf(bob, THERE));
    router.stop();
    expect([outcomes, router.lanes.open]).toEqual([['timeout'], 0]);
  });
});

const start = () => new RouterBench();
