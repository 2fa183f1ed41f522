import { getEventListeners } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { until } from '../support/until.ts';
import { guests } from './support/guests.ts';
import { openingLines } from './support/lines.ts';
import { ScriptedNode, type Visit } from './support/scripted-node.ts';

const room = 'lobby' as never;
const openLine = openingLines();
const connect = guests();
const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

describe('on coming back', () => {
  it('nothing is said before the welcome, which would void the former proof; and then everything', async () => {
    const node = await scripted((visit, index) => {
      if (index === 0) visit.welcome({ resume: 'first' });
    });
    const { line, ear } = await open(node);
    const joining = line.request({ type: 'join', room });
    const first = await node.visit(0);
    await first.next('join');
    first.close(1011);
    const second = await node.visit(1);
    line.request({ type: 'ping' }).catch(() => {}); // nobody waits for it
    expect(second.offered).toMatchObject({ resume: 'first' });
    // What had been said too early would be here with the answer to this.
    second.say({ type: 'left', room: 'unasked' });
    await until('it to be heard', () => ear.messages.length > 0);
    expect(second.heard).toEqual([]);

    second.welcome({ resumed: true, resume: 'second', rooms: [] });
    const { id } = await second.next('join');
    await second.next('ping');
    second.say({ type: 'joined', re: id, room: 'lobby', capacity: 16, peers: [] });
    expect(await joining).toMatchObject({ type: 'joined' });
    second.close(1011);
    expect((await node.visit(2)).offered).toMatchObject({ resume: 'second' });
  });

  it('a welcome that was lost on its way costs nothing: the former proof is offered again', async () => {
    const node = await scripted((visit, index) =>
      index === 1 ? visit.close(1011) : visit.welcome({ resume: `r${index}` }),
    );
    await openLine(node.url);
    (await node.visit(0)).close(1011);
    expect((await node.visit(1)).offered.resume).toBe('r0');
    expect((await node.visit(2)).offered.resume).toBe('r0');
  });

  it('a room that was made, and whose answer was lost, is not made twice', async () => {
    const node = await scripted((visit, index) =>
      visit.welcome({
        resumed: index > 0,
        rooms: [{ room: 'K7QM-2XRA', capacity: 2, peers: [] }].slice(0, index),
      }),
    );
    const guest = await connect(node.url);
    const creating = guest.create();
    const first = await node.visit(0);
    await first.next('join');
    first.close(1011);
    const made = await creating;
    expect([made.code, made.capacity]).toEqual(['K7QM-2XRA', 2]);
    const second = await node.visit(1);
    made.leave().catch(() => {}); // nobody answers
    await second.next('leave');
    expect(second.heard).toEqual([]);
  });

  it('the time in a close is waited for', async () => {
    const node = await scripted((visit, index) =>
      index === 0 ? visit.welcome() : visit.close(4000, `drained retry=${index === 1 ? 1_500 : 60_000}`),
    );
    const { ear } = await open(node);
    const first = await node.visit(0);
    first.close(4000, 'drained retry=1200');
    const second = await node.visit(1);
    expect(second.atMs - (first.closed?.atMs ?? Infinity)).toBeGreaterThanOrEqual(1_200);
    const third = await node.visit(2);
    expect(third.atMs - second.atMs).toBeGreaterThanOrEqual(1_500);
    await until('the next time to be told', () => (ear.changes.at(-1)?.retryInMs ?? 0) >= 60_000);
  });

  it('without one it is soon', async () => {
    const node = await scripted((visit) => visit.welcome());
    await open(node);
    const first = await node.visit(0);
    first.close(4000, 'drained');
    const second = await node.visit(1);
    expect(second.atMs - (first.closed?.atMs ?? Infinity)).toBeLessThan(1_000);
  });

  it('who was too much waits ten seconds, whatever else the close says', async () => {
    const node = await scripted((visit) => visit.welcome());
    const { ear } = await open(node);
    (await node.visit(0)).close(4110, 'rate-limited retry=50');
    await until('it to be away', () => ear.states.includes('away'));
    expect(ear.changes.at(-1)?.retryInMs).toBeGreaterThanOrEqual(10_000);
  });
});

describe('on waking', () => {
  let page: EventTarget;
  beforeEach(() => {
    page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('a life sign is asked for, once for all that tells of it', async () => {
    const node = await scripted((visit) => visit.welcome());
    const { line, ear } = await open(node);
    const visit = await node.visit(0);
    for (let times = 0; times < 3; times += 1) page.dispatchEvent(new Event('online'));
    const { id } = await visit.next('ping');
    visit.say({ type: 'pong', re: id });
    expect(await pong(line, visit)).toBe('pong');
    expect(visit.heard).toEqual([]);
    expect(ear.wokenBy).toEqual(['network']);
  });

  it('in a hidden page whose storage is full, a line comes in all the same', async () => {
    vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'hidden' }));
    const setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    vi.stubGlobal('sessionStorage', { setItem, removeItem: () => {} });
    const node = await scripted((visit) => visit.welcome());
    const { line, ear } = await openLine(node.url, { timeoutMs: 2_000 });
    expect(line.state).toBe('open');
    (await node.visit(0)).close(1011);
    await until('it to be back', () => ear.states.length === 3);
    expect(ear.states).toEqual(['open', 'away', 'open']);
  });

  it('a pause is over', async () => {
    const { node, ear } = await pausing('drained');
    page.dispatchEvent(new Event('online'));
    await until('it to be back', () => ear.welcomes.length === 2, 2_000);
    expect(node.visits).toHaveLength(2);
  });

  it('but not the time that the server gave', async () => {
    const { node, ear } = await pausing('drained retry=1500');
    const [first] = node.visits;
    page.dispatchEvent(new Event('online'));
    await until('it to be back', () => ear.welcomes.length === 2, 5_000);
    const { atMs = 0 } = node.visits[1] ?? {};
    expect(atMs - (first?.closed?.atMs ?? 0)).toBeGreaterThanOrEqual(1_500);
  });

  it('nobody listens for a line that is closed', async () => {
    const node = await scripted((visit) => visit.welcome());
    const { line } = await open(node);
    expect(getEventListeners(page, 'online')).toHaveLength(1);
    line.close();
    expect(getEventListeners(page, 'online')).toHaveLength(0);
  });

  /** A line that would come back by itself in ten seconds or more. */
  async function pausing(reason: string) {
    vi.spyOn(Math, 'random').mockReturnValue(20);
    const node = await scripted((visit) => visit.welcome());
    const { ear } = await open(node);
    (await node.visit(0)).close(4000, reason);
    await until('it to be away', () => ear.states.includes('away'));
    expect(ear.changes.at(-1)?.retryInMs).toBeGreaterThanOrEqual(10_000);
    return { node, ear };
  }
});

describe('on going away', () => {
  it('what the old session still says is heard, and only the new one is spoken on', async () => {
    const node = await scripted((visit, index) => visit.welcome({ resumed: index > 0, rooms: [] }));
    const { line, ear } = await open(node);
    const first = await node.visit(0);
    first.say({ type: 'going-away', reconnectAfterMs: 100 });
    const second = await node.visit(1);
    await until('the new welcome', () => ear.welcomes.length === 2);
    first.say({ type: 'peer-away', room: 'lobby', peer: 'p.2' });
    await until('it to be heard', () => ear.messages.length === 1);
    line.acknowledge({ type: 'signal', room, to: 'p.2' as never, ack: 1 });
    await second.next('signal');
    expect(first.heard).toEqual([]);
    first.close(4200, 'replaced');
    await until('the old one to be gone', () => first.closed);
    expect(await pong(line, second)).toBe('pong');
    expect(ear.states).toEqual(['open', 'open']);
  });

  it('an answer that is on its way is waited for, and the question not asked twice', async () => {
    const node = await scripted((visit, index) => visit.welcome({ resumed: index > 0, rooms: [] }));
    const { line, ear } = await open(node);
    const first = await node.visit(0);
    const minting = line.request({ type: 'join' });
    const { id } = await first.next('join');
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    await until('the new welcome', () => ear.welcomes.length === 2);
    const asking = line.request({ type: 'ping' });
    first.say({ type: 'joined', re: id, room: 'K7QM-2XRA', capacity: 2, peers: [] });
    first.close(4200, 'replaced');
    expect(await minting).toMatchObject({ room: 'K7QM-2XRA' });
    const second = await node.visit(1);
    const ping = await second.next('ping');
    second.say({ type: 'pong', re: ping.id });
    await asking;
    expect(second.heard).toEqual([]);
  });

  it('an answer that does not come is asked for again, before what was asked later', async () => {
    const node = await scripted((visit, index) => visit.welcome({ resumed: index > 0, rooms: [] }));
    const { line, ear } = await open(node);
    const first = await node.visit(0);
    line.request({ type: 'join', room }).catch(() => {}); // nobody waits for it
    await first.next('join');
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    await until('the new welcome', () => ear.welcomes.length === 2);
    line.request({ type: 'leave', room }).catch(() => {});
    const second = await node.visit(1);
    await until('both to be asked', () => second.heard.length === 2);
    expect(second.heard.map(({ type }) => type)).toEqual(['join', 'leave']);
  });

  it('the old one serves until another opens, as often as it takes', async () => {
    const node = await scripted((visit, index) => {
      if (index === 1) visit.close(4003, 'cluster-unavailable');
      else visit.welcome({ resumed: index > 0, rooms: [] });
    });
    const { line, ear } = await open(node);
    const first = await node.visit(0);
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    await node.visit(1);
    expect(await pong(line, first)).toBe('pong');
    await until('the new welcome', () => ear.welcomes.length === 2);
    expect(ear.states).toEqual(['open', 'open']);
    expect(node.visits).toHaveLength(3);
  });

  it('one attempt is made at a time, however often there is a reason for one', async () => {
    const node = await scripted((visit, index) => index === 0 && visit.welcome());
    const { line, ear } = await open(node);
    const first = await node.visit(0);
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    const second = await node.visit(1);
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    // By the time of this answer a second attempt would have been made.
    expect(await pong(line, first)).toBe('pong');
    expect(await pong(line, first)).toBe('pong');
    second.welcome({ resumed: true, rooms: [] });
    await until('the new welcome', () => ear.welcomes.length === 2);
    expect(node.visits).toHaveLength(2);
  });

  it('the old one may close as replaced before the new one has its welcome', async () => {
    const node = await scripted((visit, index) => index === 0 && visit.welcome());
    const { line, ear } = await open(node);
    const first = await node.visit(0);
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    const second = await node.visit(1);
    first.close(4200, 'replaced');
    await until('the old one to be gone', () => first.closed);
    // Its close was heard here before this is.
    second.say({ type: 'left', room: 'unasked' });
    await until('it to be heard', () => ear.messages.length === 1);
    second.welcome({ resumed: true, rooms: [] });
    expect(await pong(line, second)).toBe('pong');
    expect(ear.states).toEqual(['open', 'open']);
  });

  it('and after the new one failed, which had got through all the same: there is another attempt', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const node = await scripted((visit, index) => {
      if (index === 1) visit.close(1011);
      else visit.welcome({ resumed: index > 0, rooms: [] });
    });
    const { ear } = await open(node);
    const first = await node.visit(0);
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    const failed = await node.visit(1);
    await until('it to fail', () => failed.closed);
    first.close(4200, 'replaced');
    await until('the new welcome', () => ear.welcomes.length === 2);
    expect(ear.states).toEqual(['open', 'away', 'open']);
    vi.restoreAllMocks();
  });

  it('but who was replaced without having moved is gone', async () => {
    const node = await scripted((visit) => visit.welcome());
    const { line } = await open(node);
    (await node.visit(0)).close(4200, 'replaced');
    await until('the end', () => line.state === 'closed');
    expect(node.visits).toHaveLength(1);
  });

  it('a session that was not continued is ended with a goodbye, and heard no more', async () => {
    const node = await scripted((visit, index) => visit.welcome({ peer: `p.${index}` }));
    const { ear } = await open(node);
    const first = await node.visit(0);
    first.say({ type: 'going-away', reconnectAfterMs: 0 });
    await first.next('bye');
    await until('it to end', () => first.closed);
    expect(first.closed?.code).toBe(1000);
    expect(ear.welcomes).toHaveLength(2);
  });
});

const open = (node: ScriptedNode) => openLine(node.url);

async function scripted(onVisit: (visit: Visit, index: number) => void): Promise<ScriptedNode> {
  const node = await ScriptedNode.start(onVisit);
  toStop.push(() => node.stop());
  return node;
}

/** Asks, and has the visit answer. */
async function pong(line: { request(message: { type: 'ping' }): Promise<{ type: string }> }, visit: Visit) {
  const asking = line.request({ type: 'ping' });
  const { id } = await visit.next('ping');
  visit.say({ type: 'pong', re: id });
  return (await asking).type;
}
