import { describe, expect, it, vi } from 'vitest';

import { SharedChannel } from './channel.ts';
import { Channels } from './channels.ts';
import type { PeerEvents } from './api.ts';
import { Emitter } from './emitter.ts';
import { onFile, sendFile } from './files.ts';
import type { Link } from './link.ts';
import { Timers } from './timers.ts';

/** What of an RTCDataChannel arrives, and whether it was closed. */
class Part extends EventTarget {
  readyState = 'open';
  bufferedAmount = 0;
  readonly label: string;

  constructor(label = 'chat') {
    super();
    this.label = label;
  }

  close(): void {
    this.readyState = 'closed';
  }

  hear(data: string | ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

const joined = (part: Part) => {
  const channel = new SharedChannel(part.label, new Timers());
  channel.join(part as never);
  return channel;
};

describe('two ends that ask at once', () => {
  const channels = () =>
    new Channels({ isClosed: true, timers: new Timers() } as Link, new Emitter<PeerEvents>());

  it('close both, where the second one comes while the first is being closed', () => {
    const those = channels();
    const [first, second] = [new Part(), new Part()];
    those.arrived(first as never);
    those.ask('chat').close();
    those.arrived(second as never);
    expect([first.readyState, second.readyState]).toEqual(['closed', 'closed']);
  });

  it('keep the second one for who asks again, where it comes after that', async () => {
    const those = channels();
    const [first, second] = [new Part(), new Part()];
    those.arrived(first as never);
    const old = those.ask('chat') as SharedChannel;
    old.close();
    first.dispatchEvent(new Event('close'));
    await old.gone;
    those.arrived(second as never);
    expect([second.readyState, those.ask('chat') === old, those.ask('chat').isOpen]).toEqual([
      'open',
      false,
      true,
    ]);
  });
});

describe('a channel that never opens', () => {
  it('makes no unhandled rejection of what was to be done when it is ready, and tells who listens later', async () => {
    const unhandled = vi.fn<() => void>();
    process.on('unhandledRejection', unhandled);
    const channel = new SharedChannel('chat', new Timers());
    const hello = vi.fn<() => void>();
    void channel.ready.then(hello);
    channel.close();
    await new Promise((resolve) => setTimeout(resolve));
    process.off('unhandledRejection', unhandled);

    expect([unhandled.mock.calls, hello.mock.calls]).toEqual([[], []]);
    expect(await new Promise((resolve) => channel.on('closed', () => resolve('closed')))).toBe('closed');
  });

  it('keeps no file waiting, whether it was closed before or is closed later', async () => {
    const channel = new SharedChannel('parley.files', new Timers());
    const peer = { channel: () => channel } as never;
    const sending = sendFile(peer, new Blob(['a']));
    channel.close();
    await expect(sending).rejects.toMatchObject({ code: 'closed' });
    await expect(sendFile(peer, new Blob(['b']))).rejects.toMatchObject({ code: 'closed' });

    const closed = new SharedChannel('parley.files', new Timers());
    closed.close();
    const other = { channel: () => closed } as never;
    onFile(other, () => {});
    await expect(sendFile(other, new Blob(['c']))).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('what nobody listens to', () => {
  it.each([
    ['1,024 messages', 1_024, 'x'],
    ['1 MiB of bytes', 1_024, new ArrayBuffer(1_024)],
    ['1 MiB of text', 16, 'x'.repeat(65_536)],
  ])('waits up to %s, and with one more the channel is closed', (_what, most, message) => {
    const part = new Part();
    const channel = joined(part);
    for (let count = 0; count < most; count++) part.hear(message);
    expect([channel.isClosed, part.readyState]).toEqual([false, 'open']);
    part.hear(message);
    expect([channel.isClosed, part.readyState]).toEqual([true, 'closed']);
    const heard = vi.fn<() => void>();
    channel.on('message', heard);
    expect(heard).not.toHaveBeenCalled();
  });

  it('is bounded for as long as nobody listens, and no longer', () => {
    const part = new Part();
    const channel = joined(part);
    part.hear('early');
    let heard = 0;
    channel.on('message', () => heard++);
    for (let count = 0; count < 2_000; count++) part.hear('x'.repeat(10_000));
    expect([heard, channel.isClosed]).toEqual([2_001, false]);
  });

  it('are 64 channels at most; those that are listened to do not count', () => {
    const peer = new Emitter<PeerEvents>();
    const channels = new Channels({ isClosed: false, timers: new Timers() } as Link, peer);
    const arrive = (label: string) => {
      const part = new Part(label);
      channels.arrived(part as never);
      return part.readyState;
    };
    const unlisten = peer.on('channel', (channel) => channel.on('message', () => {}));
    for (let number = 0; number < 100; number++) expect(arrive(`heard ${number}`)).toBe('open');
    unlisten();
    for (let number = 0; number < 64; number++) expect(arrive(`unheard ${number}`)).toBe('open');
    expect(arrive('one more')).toBe('closed');
    expect(arrive('unheard 1'), 'one more RTCDataChannel of one that is there').toBe('open');
  });
});
