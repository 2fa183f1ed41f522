import { describe, expect, it } from 'vitest';

import type { ArrivingFile } from './arriving-file.ts';
import { Conversation } from './conversation.ts';

const MIB = 1024 * 1024;

/** One end of a data channel: what is sent waits in the buffer, and leaves it bit by bit for the other end. */
class Channel extends EventTarget {
  readyState: RTCDataChannelState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  mostBuffered = 0;
  other: Channel | undefined;

  send(data: string | ArrayBuffer): void {
    const bytes = typeof data === 'string' ? data.length : data.byteLength;
    this.bufferedAmount += bytes;
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount);
    setTimeout(() => this.#leave(data, bytes));
  }

  close(): void {
    for (const end of [this, this.other]) {
      if (end === undefined || end.readyState === 'closed') continue;
      end.readyState = 'closed';
      end.dispatchEvent(new Event('close'));
    }
  }

  #leave(data: string | ArrayBuffer, bytes: number): void {
    if (this.readyState !== 'open') return;
    const wasAbove = this.bufferedAmount > this.bufferedAmountLowThreshold;
    this.bufferedAmount -= bytes;
    this.other?.dispatchEvent(new MessageEvent('message', { data }));
    if (wasAbove && this.bufferedAmount <= this.bufferedAmountLowThreshold)
      this.dispatchEvent(new Event('bufferedamountlow'));
  }
}

function twoEnds(onFile: (file: ArrivingFile) => void = () => undefined) {
  const [here, there] = [new Channel(), new Channel()];
  here.other = there;
  there.other = here;
  const texts: string[] = [];
  const files: ArrivingFile[] = [];
  const events = {
    text: (text: string) => void texts.push(text),
    file(file: ArrivingFile) {
      files.push(file);
      onFile(file);
    },
  };
  const sender = new Conversation(here as unknown as RTCDataChannel, {
    text: () => undefined,
    file: () => undefined,
  });
  const receiver = new Conversation(there as unknown as RTCDataChannel, events);
  return { here, there, sender, receiver, texts, files };
}

const random = (bytes: number) =>
  crypto.getRandomValues(new Uint8Array(new ArrayBuffer(Math.min(bytes, 65_536))));
const fileOf = (bytes: number, name = 'a.bin') =>
  new File(
    Array.from({ length: Math.ceil(bytes / 65_536) }, (_, n) => random(Math.min(65_536, bytes - n * 65_536))),
    name,
  );
const bytesOf = async (blob = new Blob()) => Buffer.from(await blob.arrayBuffer());

/** Waits until the other end has heard of so many files. */
async function arrived(files: readonly ArrivingFile[], count: number): Promise<void> {
  while (files.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('a conversation', () => {
  it('carries texts in order', async () => {
    const { sender, texts } = twoEnds();
    sender.sendText('one');
    sender.sendText('two');
    while (texts.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(texts).toEqual(['one', 'two']);
  });

  it.each([0, 1, 16_384, 16_385, 3 * MIB + 7])('carries a file of %i bytes whole', async (bytes) => {
    const { sender, files } = twoEnds();
    const file = fileOf(bytes);
    expect(await sender.sendFile(file, () => undefined)).toBe(true);
    await arrived(files, 1);
    expect(files[0]).toMatchObject({ name: 'a.bin', bytes });
    expect((await bytesOf(await files[0]?.whole)).equals(await bytesOf(file))).toBe(true);
  });

  it('carries several files one after the other, and texts between their chunks', async () => {
    const { sender, files, texts } = twoEnds();
    const both = [fileOf(2 * MIB, 'a'), fileOf(MIB, 'b')] as const;
    const sent = both.map((file) => sender.sendFile(file, () => undefined));
    sender.sendText('meanwhile');
    expect(await Promise.all(sent)).toEqual([true, true]);
    const wholes = await Promise.all(files.map(({ whole }) => whole));
    for (const [n, file] of both.entries()) {
      expect((await bytesOf(wholes[n])).equals(await bytesOf(file))).toBe(true);
    }
    expect(texts).toEqual(['meanwhile']);
  });

  it('does not pile up more than it must in the buffer of the browser', async () => {
    const { sender, here } = twoEnds();
    await sender.sendFile(fileOf(8 * MIB), () => undefined);
    expect(here.mostBuffered).toBeLessThan(1.1 * MIB);
  });

  it('tells of the progress on both ends, up to the whole', async () => {
    const sent: number[] = [];
    const received: number[] = [];
    const { sender, files } = twoEnds((file) => (file.onProgress = (bytes) => received.push(bytes)));
    await sender.sendFile(fileOf(MIB), (bytes) => sent.push(bytes));
    await arrived(files, 1);
    await files[0]?.whole;
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
    expect(sent.length).toBe(64);
    expect(received.at(-1)).toBe(MIB);
  });

  it('ends files that are on their way when the channel ends, for both', async () => {
    const { sender, here, files } = twoEnds();
    const sent = sender.sendFile(fileOf(4 * MIB), () => undefined);
    await arrived(files, 1);
    here.close();
    expect(await sent).toBe(false);
    expect(await files[0]?.whole).toBeUndefined();
    expect(await sender.sendFile(fileOf(1), () => undefined)).toBe(false);
  });

  it('takes nothing from the other end that this page would not say', () => {
    const { there, texts, files } = twoEnds();
    const strange = [
      '',
      'null',
      '[]',
      '7',
      '{',
      '{"kind":"text"}',
      '{"kind":"text","text":7}',
      '{"kind":"file"}',
    ];
    strange.push(
      '{"kind":"file","name":"a","bytes":-1}',
      '{"kind":"file","name":"a","bytes":1e300}',
      '{"kind":"file","name":"a","bytes":1.5}',
    );
    for (const data of [...strange, new ArrayBuffer(8)])
      there.dispatchEvent(new MessageEvent('message', { data }));
    expect([texts, files]).toEqual([[], []]);
  });

  it('drops what comes beyond the announced size', async () => {
    const { there, files } = twoEnds();
    for (const data of [
      '{"kind":"file","name":"a","bytes":4}',
      new ArrayBuffer(8),
      new ArrayBuffer(4),
      new ArrayBuffer(1),
    ]) {
      there.dispatchEvent(new MessageEvent('message', { data }));
    }
    expect((await files[0]?.whole)?.size).toBe(4);
  });
});
