import { describe, expect, it } from 'vitest';

import type { Signal } from './api.ts';
import { Outbox, WINDOW } from './outbox.ts';
import type { Parcel } from './outbox.ts';

describe('towards a peer that counts, an outbox', () => {
  it('numbers from 1 and keeps everything until it is acknowledged', () => {
    const outbox = counting(say(3));

    expect(numbers(taken(outbox))).toEqual([1, 2, 3]);
    expect(outbox.hear(undefined, 2)).toBe(true);
    expect(outbox.size).toBe(1);
    outbox.again();
    expect(numbers(taken(outbox))).toEqual([3]);
  });

  it('lets no more than a window out', () => {
    const outbox = counting(say(WINDOW + 10));

    expect(taken(outbox)).toHaveLength(WINDOW);
    outbox.hear(undefined, 4);
    expect(numbers(taken(outbox))).toEqual([WINDOW + 1, WINDOW + 2, WINDOW + 3, WINDOW + 4]);
  });

  it('says a number alone when its signal was given up', () => {
    const outbox = counting(say(2));
    const [first] = taken(outbox);

    expect(outbox.giveUp(first!)).toBe(true);
    expect(outbox.giveUp(first!)).toBe(false);
    expect(taken(outbox).map(({ seq, body }) => [seq, body])).toEqual([
      [1, {}],
      [2, { custom: 2 }],
    ]);
  });

  it.each([
    ['one for what was never said', 4],
    ['an older one', 1],
    ['the same', 2],
  ])('does not mind an acknowledgement that is %s', (_which, ack) => {
    const outbox = counting(say(3));
    taken(outbox);
    outbox.hear(undefined, 2);

    expect(outbox.hear(undefined, ack)).toBe(false);
    expect(outbox.size).toBe(1);
  });

  it('gives everything back that is not acknowledged, once', () => {
    const outbox = counting(say(3));
    taken(outbox);
    outbox.hear(undefined, 1);

    expect(outbox.giveUpAll()).toEqual([{ custom: 2 }, { custom: 3 }]);
    expect(outbox.giveUpAll()).toEqual([]);
  });

  it('goes on counting after it was given up, and says the numbers without a signal', () => {
    const outbox = counting(say(2));
    taken(outbox);
    outbox.giveUpAll();
    outbox.add({ custom: 'new' }, { custom: 'new' }, 1);
    outbox.again();

    expect(taken(outbox).map(({ seq, body }) => [seq, body])).toEqual([
      [1, {}],
      [2, {}],
      [3, { custom: 'new' }],
    ]);
  });
});

describe('towards a plain client, an outbox', () => {
  it('says nothing again that was delivered, that waits as mail, or of which nobody knows', () => {
    const outbox = say(4);
    const [first, second, third, fourth] = taken(outbox);
    outbox.settle(first!, 'delivered');
    outbox.settle(second!, 'kept');
    outbox.settle(third!, 'unknown');
    outbox.settle(fourth!, 'waiting');
    outbox.again();

    expect(numbers(taken(outbox))).toEqual([4]);
  });

  it('says nothing again while its receipt is to come', () => {
    const outbox = say(1);
    taken(outbox);
    outbox.again();

    expect(taken(outbox)).toEqual([]);
  });

  it('keeps nothing that was delivered once the other end has spoken without counting', () => {
    const outbox = say(2);
    const [first, second] = taken(outbox);
    outbox.settle(first!, 'delivered');
    outbox.hear(undefined, undefined);
    outbox.settle(second!, 'delivered');

    expect(outbox.giveUpAll()).toEqual([]);
  });

  it('counts mail as delivered once it is back', () => {
    const outbox = say(1);
    outbox.hear(undefined, undefined);
    outbox.settle(taken(outbox)[0]!, 'kept');
    expect(outbox.size).toBe(1);
    outbox.settleMail();

    expect(outbox.size).toBe(0);
  });

  it('gives back what may not have arrived, if nobody knows whether it counts', () => {
    const outbox = say(1);
    outbox.settle(taken(outbox)[0]!, 'delivered');

    expect(outbox.giveUpAll()).toEqual([{ custom: 1 }]);
  });

  it('remembers the last ones, in case it turns out to count', () => {
    const outbox = say(2);
    for (const parcel of taken(outbox)) outbox.settle(parcel, 'delivered');
    outbox.hear(undefined, 0);
    outbox.again();

    expect(numbers(taken(outbox))).toEqual([1, 2]);
  });

  it('waits after 256, and forgets none of them should the other end turn out to count', () => {
    const outbox = say(300);
    const first = taken(outbox);
    for (const parcel of first) outbox.settle(parcel, 'delivered');
    expect([first.length, outbox.isInDoubt]).toEqual([256, true]);
    outbox.hear(undefined, 0);
    outbox.again();
    const said: Parcel[] = [];
    for (let acknowledged = 0; acknowledged < 300; outbox.hear(undefined, acknowledged)) {
      said.push(...taken(outbox));
      acknowledged = said.at(-1)!.seq;
    }

    expect(said.map(({ body }) => body)).toEqual(
      Array.from({ length: 300 }, (_, index) => ({ custom: index + 1 })),
    );
    expect(outbox.isInDoubt).toBe(false);
  });

  it('has no bounds any more when the other end turns out not to count', () => {
    const outbox = say(300);
    taken(outbox);
    outbox.hear();

    expect(numbers(taken(outbox))).toEqual(Array.from({ length: 44 }, (_, index) => index + 257));
  });
});

function say(count: number, outbox = new Outbox()): Outbox {
  for (let said = 1; said <= count; said++) {
    const signal: Signal = { custom: said };
    outbox.add(signal, signal, 10);
  }
  return outbox;
}

function counting(outbox: Outbox): Outbox {
  outbox.hear(undefined, 0);
  return outbox;
}

function taken(outbox: Outbox): Parcel[] {
  const parcels: Parcel[] = [];
  for (let parcel; (parcel = outbox.next());) parcels.push(parcel);
  return parcels;
}

const numbers = (parcels: Parcel[]) => parcels.map(({ seq }) => seq);
