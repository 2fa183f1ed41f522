import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connecting } from '../support/clients.ts';
import { startServerHere, type ClusterNode } from '../support/cluster.ts';
import { until } from '../support/until.ts';
import { diaryOf, guests, heardFrom, otherIn } from './support/guests.ts';
import { tapped } from './support/sockets.ts';

let node: ClusterNode;
beforeAll(async () => {
  node = await startServerHere();
});
afterAll(() => node.stop());
const connect = guests();
const rawClient = connecting(() => node.url);

interface SignalFrame {
  readonly type: string;
  readonly custom?: unknown;
  readonly description?: unknown;
  readonly candidate?: unknown;
  readonly seq?: number;
}

describe('in a secret room', () => {
  it('the node sees only what is sealed, and the two understand each other', async () => {
    const seen: SignalFrame[] = [];
    const webSocket = tapped((text) => seen.push(JSON.parse(text) as SignalFrame));
    const ann = await connect(node.url, { webSocket });
    const ben = await connect(node.url, { webSocket });
    const hers = await ann.create({ secret: true });
    const his = await ben.join(hers.invitation);
    const heard = heardFrom(await otherIn(his));
    const answers = heardFrom(await otherIn(hers));
    for (let word = 0; word < 20; word++) (await otherIn(hers)).signal({ secret: word });
    (await otherIn(his)).signal('a secret answer');
    await until('all of it', () => heard.length === 20 && answers.length === 1);

    expect(hers.invitation).toMatch(/^.{4}-.{4}\.[\w-]{43}$/);
    expect(his.invitation).toBe(hers.invitation);
    expect(heard).toEqual(Array.from({ length: 20 }, (_, secret) => ({ secret })));
    expect(answers).toEqual(['a secret answer']);
    const signals = seen.filter(({ type }) => type === 'signal');
    expect(signals.length).toBeGreaterThanOrEqual(21);
    expect(signals.flatMap(({ description, candidate }) => [description, candidate])).not.toContainEqual(
      expect.anything(),
    );
    const payloads = signals.flatMap(({ custom }) => (custom === undefined ? [] : [custom]));
    const sealed = { sealed: expect.stringMatching(/^[\w-]+$/) as string };
    expect(payloads).toEqual(payloads.map(() => sealed));
    expect(JSON.stringify(seen)).not.toContain('"secret');
    expect(JSON.stringify(seen)).not.toContain(hers.invitation.split('.')[1]);
  });

  it('who has another key, or none, is not understood', async () => {
    const ann = await connect(node.url);
    const ben = await connect(node.url);
    const eve = await rawClient();
    const hers = await ann.create({ secret: true, capacity: 3 });
    const [code] = hers.invitation.split('.');
    const his = await ben.join(`${code}.${'A'.repeat(43)}`);
    const [diary, hisDiary] = [diaryOf(hers), diaryOf(his)];
    const heard = heardFrom(await otherIn(hers));
    (await otherIn(his)).signal('with a wrong key');
    (await otherIn(hers)).signal('with the right one');
    await until('both complaints', () => diary.length === 2 && hisDiary.length === 2);
    await eve.request({ type: 'join', room: code }, 'joined');
    eve.send({ type: 'signal', room: code, to: ann.id, custom: 'in the clear' });
    await until('a third', () => diary.length === 4);

    expect(diary).toEqual(['peer null', 'error 0', 'peer null', 'error not-sealed']);
    expect(heard).toEqual([]);
  });

  it('nothing can be said a second time, nor back to who said it', async () => {
    // The server is the one who cheats: what it passes on comes again under the next number.
    const cheat = (text: string): string[] => {
      const frame = JSON.parse(text) as SignalFrame;
      if (frame.type !== 'signal' || frame.custom === undefined) return [text];
      return [text, JSON.stringify({ ...frame, seq: (frame.seq ?? 0) + 1 })];
    };
    const ann = await connect(node.url);
    const ben = await connect(node.url, { webSocket: tapped(() => {}, cheat) });
    const hers = await ann.create({ secret: true });
    const his = await ben.join(hers.invitation);
    const diary = diaryOf(his);
    const heard = heardFrom(await otherIn(his));
    (await otherIn(hers)).signal('once');
    await until('the complaint', () => diary.length === 2);

    expect(heard).toEqual(['once']);
    expect(diary).toEqual(['peer null', 'error said-before']);
  });

  it('what one has said oneself is not understood when it comes back', async () => {
    let own: unknown;
    const mirror = (text: string): string[] => {
      const frame = JSON.parse(text) as SignalFrame;
      if (frame.type !== 'signal' || frame.custom === undefined) return [text];
      return [JSON.stringify({ ...frame, custom: own })];
    };
    const remember = (text: string) => {
      const { custom } = JSON.parse(text) as SignalFrame;
      own ??= custom;
    };
    const ann = await connect(node.url, { webSocket: tapped(remember, mirror) });
    const ben = await connect(node.url);
    const hers = await ann.create({ secret: true });
    const his = await ben.join(hers.invitation);
    const diary = diaryOf(hers);
    const heard = heardFrom(await otherIn(hers));
    (await otherIn(hers)).signal('mine');
    (await otherIn(his)).signal('yours');
    await until('the complaint', () => diary.length === 2);

    expect(heard).toEqual([]);
    expect(diary[1]).toBe('error 0');
  });

  it('says nothing that is too big once it is sealed', async () => {
    const ann = await connect(node.url);
    const ben = await connect(node.url);
    const hers = await ann.create({ secret: true });
    await ben.join(hers.invitation);
    const toBen = await otherIn(hers);

    expect(() => toBen.signal('x'.repeat(60_000))).toThrow(expect.objectContaining({ code: 'too-big' }));
    toBen.signal('x'.repeat(45_000));
    const heard = heardFrom(await otherIn(ben.rooms.get(hers.code)!));
    await until('it', () => heard.length === 1);
  });
});

describe('with seal and open of one’s own', () => {
  it('signals go through them, in order, however long each takes', async () => {
    let turn = 0;
    const slowly = async (text: string) => {
      await new Promise((resolve) => setTimeout(resolve, turn++ % 2 ? 1 : 15));
      return text;
    };
    const contexts: unknown[] = [];
    const options = {
      seal: (signal: unknown) => slowly(`sealed ${JSON.stringify(signal)}`),
      open: async (sealed: unknown, context: unknown) => {
        contexts.push(context);
        return JSON.parse((await slowly(sealed as string)).slice('sealed '.length)) as never;
      },
    };
    const ann = await connect(node.url, options);
    const ben = await connect(node.url, options);
    const hers = await ann.create();
    const his = await ben.join(hers.code);
    const toBen = await otherIn(hers);
    for (let word = 0; word < 10; word++) toBen.signal(word);
    const heard = heardFrom(await otherIn(his));
    await until('all of it', () => heard.length === 10);

    expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(contexts[0]).toEqual({
      room: hers.code,
      from: (await otherIn(his)).instance,
      to: toBen.instance,
    });
  });

  it('what cannot be sealed is undeliverable, and the next one is not', async () => {
    const options = {
      seal(signal: unknown) {
        if (JSON.stringify(signal).includes('odd')) throw new Error('no');
        return signal as never;
      },
      open: (sealed: unknown) => sealed as never,
    };
    const ann = await connect(node.url, options);
    const ben = await connect(node.url, options);
    const hers = await ann.create();
    const his = await ben.join(hers.code);
    const toBen = await otherIn(hers);
    const lost: unknown[] = [];
    toBen.on('undeliverable', (what) => lost.push(what));
    toBen.signal('odd');
    toBen.signal('even');
    const heard = heardFrom(await otherIn(his));
    await until('the other', () => heard.length === 1);

    expect(heard).toEqual(['even']);
    expect(lost).toEqual([{ signal: { custom: 'odd' }, reason: 'seal' }]);
  });
});
