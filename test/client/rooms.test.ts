import { readCode } from '@parley/client/signaling';
import type { SignalingPeer } from '@parley/client/signaling';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { connecting } from '../support/clients.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { until } from '../support/until.ts';
import { diaryOf, guests, heardFrom, otherIn } from './support/guests.ts';
import { ScriptedNode } from './support/scripted-node.ts';
import { Tunnel } from './support/tunnel.ts';

const WINDOW_MS = 1_500;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(2, { PARLEY_RESUME_WINDOW_MS: String(WINDOW_MS) });
});
afterAll(() => cluster.stop());

const tunnels: Tunnel[] = [];
afterEach(async () => {
  await Promise.all(tunnels.splice(0).map((tunnel) => tunnel.stop()));
});
const connect = guests();
const rawClient = connecting(() => cluster.url(0));

/** Two on two nodes, and the line of the first can be cut. */
async function couple(options = {}) {
  const tunnel = await Tunnel.to(cluster.nodes[0]!);
  tunnels.push(tunnel);
  return {
    tunnel,
    ann: await connect(tunnel.url, options),
    ben: await connect(cluster.url(1), options),
  };
}

describe('two who share a code', () => {
  it('meet, know who is polite, and hear each other', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create({ meta: { name: 'Ann' } });
    const his = await ben.join(readCode(hers.code.toLowerCase())!, { meta: { name: 'Ben' } });
    const [toBen, toAnn] = [await otherIn(hers), await otherIn(his)];

    expect(hers).toMatchObject({ invitation: hers.code, capacity: 2, queue: undefined, isOpen: true });
    expect(toBen).toMatchObject({ id: ben.id, meta: { name: 'Ben' }, isPolite: false, isAway: false });
    expect(toAnn).toMatchObject({ id: ann.id, meta: { name: 'Ann' }, isPolite: true });
    expect([...ann.rooms.keys()]).toEqual([hers.code]);

    toBen.signal({ hello: ['Ben', null, 1.5] });
    toBen.signal(null);
    const heard = heardFrom(toAnn);
    await until('both', () => heard.length === 2);
    expect(heard).toEqual([{ hello: ['Ben', null, 1.5] }, null]);
  });

  it('are told of whoever is there, each listener for itself', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create();
    const early: SignalingPeer[] = [];
    const unsubscribe = hers.on('peer', (peer) => early.push(peer));
    await ben.join(hers.code);
    await until('Ben', () => early.length === 1);
    const late: SignalingPeer[] = [];
    hers.on('peer', (peer) => late.push(peer));
    unsubscribe();

    expect(late).toEqual(early);
  });

  it('have what was said before anybody listened, in order', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create();
    const his = await ben.join(hers.code);
    const toBen = await otherIn(hers);
    for (let word = 0; word < 10; word++) toBen.signal(word);
    const heard = heardFrom(await otherIn(his));
    await until('all of it', () => heard.length === 10);

    expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('hear of news, and of a farewell', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create();
    const diary = diaryOf(hers);
    const his = await ben.join(hers.code);
    await his.update({ muted: true });
    await his.leave();
    await his.leave();
    await until('the farewell', () => diary.includes('peer-left left'));

    expect(diary).toEqual(['peer null', 'updated {"muted":true}', 'left left', 'peer-left left']);
    expect(hers.peers.size).toBe(0);
    expect([his.isOpen, ben.rooms.size]).toEqual([false, 0]);
  });

  it('may come again, and are new to each other', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create();
    const first = await ben.join(hers.code);
    const was = await otherIn(hers);
    was.signal('one');
    const heard = heardFrom(await otherIn(first));
    await until('one', () => heard.length === 1);
    void first.leave();
    const second = await ben.join(hers.code);
    const is = await until('another', () => [...hers.peers.values()].find((peer) => peer !== was));
    is.signal('two');
    const again = heardFrom(await otherIn(second));
    await until('two', () => again.length === 1);

    expect([second === first, is.instance === was.instance]).toEqual([false, true]);
    expect([heard, again]).toEqual([['one'], ['two']]);
  });

  it('who signals to somebody who is gone is told that it did not arrive', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create();
    const his = await ben.join(hers.code);
    const toBen = await otherIn(hers);
    await his.leave();
    await until('him to be gone', () => hers.peers.size === 0);
    const lost: unknown[] = [];
    toBen.on('undeliverable', (what) => lost.push(what));
    toBen.signal('hello?');
    await until('the answer', () => lost.length === 1);

    expect(lost).toEqual([{ signal: { custom: 'hello?' }, reason: 'left' }]);
  });

  it('say nothing that is too big, or too deep', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create();
    await ben.join(hers.code);
    const toBen = await otherIn(hers);

    let deep: object = {};
    for (let depth = 0; depth < 31; depth++) deep = { deep };
    expect(() => toBen.signal(deep as never)).toThrow(expect.objectContaining({ code: 'bad-message' }));
    expect(() => toBen.signal('x'.repeat(65_536))).toThrow(expect.objectContaining({ code: 'too-big' }));
    expect(ann.state).toBe('open');
  });
});

describe('joining', () => {
  it('twice is the same room, at the same time and later', async () => {
    const { ann } = await couple();
    const [one, two] = await Promise.all([ann.join('lobby-1'), ann.join('lobby-1')]);

    expect(two).toBe(one);
    expect(await ann.join('lobby-1')).toBe(one);
  });

  it('is refused with the code of the protocol', async () => {
    const { ann } = await couple();

    await expect(ann.join('K7QM-2XRA')).rejects.toMatchObject({
      name: 'ParleyError',
      code: 'room-not-found',
    });
    await expect(ann.join('nobody-here', { create: false })).rejects.toMatchObject({
      code: 'room-not-found',
    });
    expect(ann.rooms.size).toBe(0);
  });

  it('that is aborted leaves nothing, the seat included', async () => {
    const { ann } = await couple();
    const observer = await rawClient();
    await observer.request({ type: 'join', room: 'watched' }, 'joined');
    const abort = new AbortController();
    const joining = ann.join('watched', { signal: abort.signal });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve(); // it is asked for, and cannot be answered yet
    abort.abort(new Error('changed my mind'));

    await expect(joining).rejects.toThrow('changed my mind');
    // The seat was taken meanwhile, and is given up.
    await observer.next('peer-joined');
    await observer.next('peer-left');
    expect(ann.rooms.size).toBe(0);
    await expect(ann.join('watched', { signal: abort.signal })).rejects.toThrow('changed my mind');
  });

  it('that one of two gave up stands for the other', async () => {
    const { ann } = await couple();
    const abort = new AbortController();
    const given = ann.join('shared', { signal: abort.signal });
    const kept = ann.join('shared');
    abort.abort();

    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    const room = await kept;
    expect(room.isOpen).toBe(true);
  });
});

it('what comes in one packet with the answer to a join is not lost', async () => {
  const room = { room: 'packet', capacity: 16, peers: [] };
  const she = { peer: 'p.2', instance: 'i.2', polite: false };
  const signal = { type: 'signal', room: 'packet', from: 'p.2', fromInstance: 'i.2', custom: 'at once' };
  const node = await ScriptedNode.start((visit) => {
    visit.welcome({ limits: { maxMessageBytes: 65_536 } });
    void visit.next('join').then(({ id }) => {
      visit.say({ type: 'joined', re: id, ...room });
      visit.say({ type: 'peer-joined', room: 'packet', ...she });
      return visit.say(signal);
    });
  });
  const ann = await connect(node.url);
  const heard = heardFrom(await otherIn(await ann.join('packet')));
  await until('it', () => heard.length === 1);
  await node.stop();

  expect(heard).toEqual(['at once']);
});

describe('a match', () => {
  it('brings two together', async () => {
    const { ann, ben } = await couple();
    const [hers, his] = await Promise.all([
      ann.match('chess', { meta: { elo: 1_500 } }),
      ben.match('chess', { meta: { elo: 1_480 } }),
    ]);

    expect([hers.queue, hers.code, hers.capacity]).toEqual(['chess', his.code, 2]);
    expect(await otherIn(hers)).toMatchObject({ id: ben.id, meta: { elo: 1_480 } });
    expect(await otherIn(his)).toMatchObject({ id: ann.id, meta: { elo: 1_500 } });
  });

  it('ends after its time', async () => {
    const { ann } = await couple();

    await expect(ann.match('nobody', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'match-timeout' });
  });

  it('that is aborted is over: the next one meets nobody', async () => {
    const { ann, ben } = await couple();
    const abort = new AbortController();
    const waiting = ann.match('go', { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    // One queue is heard in order: when this has ended, so has that.
    await expect(ann.match('go', { timeoutMs: 1 })).rejects.toMatchObject({ code: 'match-timeout' });

    await expect(ben.match('go', { timeoutMs: 300 })).rejects.toMatchObject({ code: 'match-timeout' });
  });

  it('that is aborted too late is left again', async () => {
    const { ann } = await couple();
    const other = await rawClient();
    other.send({ type: 'match', queue: 'race' });
    await other.next('waiting');
    const abort = new AbortController();
    const waiting = ann.match('race', { signal: abort.signal });
    // She is matched while her goodbye is on its way.
    setTimeout(() => abort.abort(), 0);
    await waiting.catch(() => {});
    const outcome = await Promise.race([
      other.next('joined').then(async () => (await other.next('peer-left')).reason),
      until('nobody was matched', () => ann.rooms.size === 0 && 'unmatched', 2_000),
    ]).catch(() => 'unmatched');

    expect(['left', 'unmatched']).toContain(outcome);
    expect(ann.rooms.size).toBe(0);
  });

  it('is said again after the line was lost', async () => {
    const { ann, ben, tunnel } = await couple();
    const hers = ann.match('later');
    await ann.join('somewhere');
    tunnel.drop();
    await until('her to be gone', () => ann.state !== 'open');
    await until('her to be back', () => ann.state === 'open');
    const his = await ben.match('later');

    expect((await hers).code).toBe(his.code);
  });

  it('waits once in one queue', async () => {
    const { ann } = await couple();
    const abort = new AbortController();
    const waiting = ann.match('one', { signal: abort.signal });

    await expect(ann.match('one')).rejects.toMatchObject({ code: 'too-many' });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('whoever loses the line', () => {
  it('is away and back to the others, and hears what was said meanwhile', async () => {
    const { ann, ben, tunnel } = await couple();
    const hers = await ann.create();
    const his = await ben.join(hers.code);
    const diary = diaryOf(his);
    const heard = heardFrom(await otherIn(hers));
    tunnel.sever();
    await until('her to be away', () => diary.includes('away'));
    const toAnn = await otherIn(his);
    expect(toAnn.isAway).toBe(true);
    toAnn.signal('while you were away');
    tunnel.mend();
    await until('her to be back', () => diary.includes('back'));
    await until('the mail', () => heard.length === 1);

    expect(heard).toEqual(['while you were away']);
    expect(diary).toEqual(['peer null', 'away', 'back']);
    expect([...hers.peers.values()]).toHaveLength(1);
  });

  it('finds the difference: who left, who came, who has news, who is away', async () => {
    const { ann, ben, tunnel } = await couple();
    const hers = await ann.join('party');
    await ben.join('party');
    const gone = await rawClient({}, cluster.url(1));
    const news = await rawClient({}, cluster.url(1));
    for (const raw of [gone, news]) await raw.request({ type: 'join', room: 'party', meta: 'old' }, 'joined');
    await until('all three', () => hers.peers.size === 3);
    const diary = diaryOf(hers);
    tunnel.sever();
    await until('her to be gone', () => ann.state !== 'open');
    await gone.close();
    await news.request({ type: 'update', room: 'party', meta: 'new' }, 'updated');
    const later = await rawClient({}, cluster.url(1));
    await later.request({ type: 'join', room: 'party', meta: 'later' }, 'joined');
    tunnel.mend();
    await until('her to be back', () => ann.state === 'open');

    expect(diary.slice(3)).toEqual(['left lost', 'peer-left lost', 'updated "new"', 'peer "later"']);
    expect(hers.peers.size).toBe(3);
  });

  it('enters its rooms again when the server has forgotten it, as somebody new', async () => {
    const { ann, ben, tunnel } = await couple();
    const hers = await ann.join('again', { meta: 'me' });
    const his = await ben.join('again');
    const [was, toBen] = [ann.id, await otherIn(hers)];
    const [diary, hisDiary] = [diaryOf(hers), diaryOf(his)];
    tunnel.sever();
    await until('her to be lost', () => hisDiary.includes('peer-left lost'), 20_000);
    tunnel.mend();
    await until('her to be back', () => hers.peers.size === 1 && his.peers.size === 1, 20_000);

    expect(ann.id).not.toBe(was);
    expect(hisDiary).toEqual(['peer "me"', 'away', 'left lost', 'peer-left lost', 'peer "me"']);
    expect(diary).toEqual(['peer null', 'left lost', 'peer-left lost', 'peer null']);
    const again = await otherIn(hers);
    expect(again).not.toBe(toBen);
    expect(hers.isOpen).toBe(true);
    again.signal('me again');
    const heard = heardFrom(await otherIn(his));
    await until('her', () => heard.length === 1);
  });

  it('is told when it may not come back into a room', async () => {
    const { ann, tunnel } = await couple();
    const hers = await ann.create();
    const his = await rawClient({}, cluster.url(1));
    await his.request({ type: 'join', room: hers.code }, 'joined');
    const diary = diaryOf(hers);
    tunnel.sever();
    await his.next('peer-left', 20_000);
    // Somebody else takes her seat.
    const third = await rawClient({}, cluster.url(1));
    await third.request({ type: 'join', room: hers.code }, 'joined');
    tunnel.mend();
    await until('her to know', () => diary.includes('we left: room-full'), 20_000);

    expect([hers.isOpen, ann.rooms.size]).toEqual([false, 0]);
  });
});

describe('closing', () => {
  it('ends every room and every wait, and may be done twice', async () => {
    const { ann, ben } = await couple();
    const hers = await ann.create();
    const his = await ben.join(hers.code);
    const [diary, hisDiary] = [diaryOf(hers), diaryOf(his)];
    await until('both', () => diary.length === 1);
    const waiting = ann.match('chess-2');
    ann.close();
    ann.close();

    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await expect(ann.join('x')).rejects.toMatchObject({ code: 'closed' });
    await expect(ann.match('x')).rejects.toMatchObject({ code: 'closed' });
    await hers.leave();
    expect(diary).toEqual(['peer null', 'left closed', 'peer-left closed', 'we left: closed']);
    await until('him to know', () => hisDiary.includes('peer-left left'));
  });

  it('tells what it had not said yet', async () => {
    const { ann, ben, tunnel } = await couple();
    const hers = await ann.create();
    await ben.join(hers.code);
    const toBen = await otherIn(hers);
    const lost: unknown[] = [];
    toBen.on('undeliverable', (what) => lost.push(what));
    tunnel.sever();
    await until('her to be gone', () => ann.state !== 'open');
    toBen.signal('never');
    ann.close();

    expect(lost).toEqual([{ signal: { custom: 'never' }, reason: 'closed' }]);
  });
});

it('the servers for RTCPeerConnections are those of the welcome', async () => {
  const { ann } = await couple();

  await expect(ann.iceServers()).resolves.toEqual([]);
});
