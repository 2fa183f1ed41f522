import { createHash, randomBytes } from 'node:crypto';

import { describe, expect, it, vi } from 'vitest';

import type { ParleyError } from './error.ts';
import { type IncomingFile, onFile, type ReceivedFile, sendFile } from './files.ts';
import { type JoinedChannel, joinedChannels, type Message } from './testing/joined-channels.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: ParleyError) => error.code ?? error,
  );

/** Accepts whatever the other end offers, and keeps what became of it by name. */
function acceptAll(channel: JoinedChannel) {
  const files = new Map<string, Promise<ReceivedFile>>();
  onFile(channel.peer, (file) => {
    const whole = file.accept();
    // Some tests look at the sender alone.
    whole.catch(() => undefined);
    files.set(file.name, whole);
  });
  return files;
}

/** The next file that is offered. */
const nextFile = (channel: JoinedChannel) =>
  new Promise<IncomingFile>((resolve) => onFile(channel.peer, resolve));

/** Changes the notes of one type. */
const notes =
  (type: string, change: (note: Record<string, unknown>) => object | undefined) => (message: Message) => {
    const note = typeof message === 'string' ? JSON.parse(message) : {};
    if (note.type !== type) return message;
    const changed = change(note);
    return changed && JSON.stringify(changed);
  };

describe('a file', () => {
  it.each([0, 1, 16_380, 16_381, 1_048_320, 3_000_000])(
    'of %i bytes arrives whole, and both ends know its hash',
    async (size) => {
      const [here, there] = joinedChannels();
      const bytes = randomBytes(size);
      const files = acceptAll(there);

      const sent = await sendFile(here.peer, new File([bytes], 'a.bin', { type: 'image/png' }));

      expect(sent).toEqual({ bytes: size, sha256: sha256(bytes) });
      const received = await files.get('a.bin')!;
      expect(received.sha256).toBe(sent.sha256);
      expect(Buffer.from(await received.blob.arrayBuffer()).equals(bytes)).toBe(true);
    },
  );

  it('is announced with name, type and size before it is sent', async () => {
    const [here, there] = joinedChannels();
    const sending = sendFile(here.peer, new Blob(['abc'], { type: 'text/html' }), { name: 'note.html' });
    const file = await nextFile(there);

    expect(file).toMatchObject({ name: 'note.html', type: 'text/html', bytes: 3 });
    const { blob } = await file.accept();
    expect(blob.type).toBe('application/octet-stream');
    await sending;
  });

  it('waits for the first listener, and for whoever accepts it', async () => {
    const [here, there] = joinedChannels();
    const messages = vi.fn<(message: Message) => void>();
    there.on('message', messages);
    void sendFile(there.peer, new Blob(['x'])).catch(() => undefined);
    const sending = sendFile(here.peer, new Blob(['abc']), { name: 'early' });
    await vi.waitFor(() => expect(messages).toHaveBeenCalledWith(expect.stringContaining('early')));

    const file = await nextFile(there);
    expect(messages.mock.calls.every(([message]) => typeof message === 'string')).toBe(true);
    await file.accept();
    await sending;
  });

  it('tells how far it is on both ends, never backwards, up to the whole', async () => {
    const [here, there] = joinedChannels();
    const left: number[] = [];
    const arrived: number[] = [];
    onFile(there.peer, (file) => void file.accept({ onProgress: (bytes) => void arrived.push(bytes) }));
    await sendFile(here.peer, new Blob([randomBytes(3_000_000)]), {
      onProgress: (bytes) => void left.push(bytes),
    });

    for (const steps of [left, arrived]) {
      expect(steps.length).toBeGreaterThan(10);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      expect(steps.at(-1)).toBe(3_000_000);
    }
  });

  it('waits for the channel to drain, so that little of it is in memory', async () => {
    const [here, there] = joinedChannels();
    acceptAll(there);
    await sendFile(here.peer, new Blob([randomBytes(5_000_000)]));
    expect(here.mostBufferedBytes).toBeGreaterThan(500_000);
    expect(here.mostBufferedBytes).toBeLessThan(1_200_000);
  });
});

it('several files in both directions at once do not mix', async () => {
  const [here, there] = joinedChannels();
  const ends = [
    { from: here, files: acceptAll(there) },
    { from: there, files: acceptAll(here) },
  ];
  await Promise.all(
    ends.flatMap(({ from, files }) =>
      Array.from({ length: 5 }, async (_, at) => {
        const bytes = randomBytes(100_000 + at * 200_001);
        const name = `file ${at}`;
        const sent = await sendFile(from.peer, new Blob([bytes]), { name });
        expect(sent.sha256).toBe(sha256(bytes));
        expect((await files.get(name))?.sha256).toBe(sent.sha256);
      }),
    ),
  );
});

describe('a file that does not arrive unharmed is an error on both ends', () => {
  const cases: [string, string, (message: Message) => Message | undefined][] = [
    [
      'a bit is another',
      'hash-mismatch',
      (message) => {
        if (typeof message !== 'string') new Uint8Array(message)[100]! ^= 1;
        return message;
      },
    ],
    ['a chunk is lost', 'bad-transfer', (message) => (typeof message === 'string' ? message : undefined)],
    ['there is more than was offered', 'bad-transfer', notes('offer', (note) => ({ ...note, bytes: 10 }))],
    ['there is less than was offered', 'bad-transfer', notes('offer', (note) => ({ ...note, bytes: 1e8 }))],
    ['the hash is no hash', 'hash-mismatch', notes('end', (note) => ({ ...note, sha256: { toString: 1 } }))],
  ];
  it.each(cases)('when %s: %s', async (_what, expected, tap) => {
    const [here, there] = joinedChannels();
    const files = acceptAll(there);
    here.tap = tap;
    expect(await code(sendFile(here.peer, new Blob([randomBytes(50_000)]), { name: 'f' }))).toBe(expected);
    expect(await code(files.get('f') ?? Promise.resolve())).toBe(expected);
  });
});

describe('a file ends early', () => {
  const big = () => new Blob([randomBytes(4_000_000)]);

  it('when the sender aborts while nobody has accepted it: it is withdrawn over there', async () => {
    const [here, there] = joinedChannels();
    const abort = new AbortController();
    const sending = sendFile(here.peer, big(), { signal: abort.signal });
    const file = await nextFile(there);
    abort.abort(new Error('changed my mind'));

    await expect(sending).rejects.toThrow('changed my mind');
    await vi.waitFor(() => expect(file.withdrawn.aborted).toBe(true));
    expect(await code(file.accept())).toBe('withdrawn');
  });

  it('when the sender aborts in the middle', async () => {
    const [here, there] = joinedChannels();
    const abort = new AbortController();
    const files = acceptAll(there);
    const sending = sendFile(here.peer, big(), {
      name: 'f',
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await expect(sending).rejects.toThrow('enough');
    expect(await code(files.get('f') ?? Promise.resolve())).toBe('withdrawn');
  });

  it('when the signal was aborted before: nothing is offered', async () => {
    const [here, there] = joinedChannels();
    const messages = vi.fn<(message: Message) => void>();
    there.on('message', messages);
    await expect(sendFile(here.peer, big(), { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
    await here.drained();
    expect(messages).not.toHaveBeenCalled();
  });

  it('when the receiver rejects it', async () => {
    const [here, there] = joinedChannels();
    const sending = sendFile(here.peer, big());
    const file = await nextFile(there);
    file.reject();
    file.reject();
    expect(await code(sending)).toBe('rejected');
    expect(await code(file.accept())).toBe('rejected');
  });

  it('when the receiver aborts in the middle, and what is still under way does no harm', async () => {
    const [here, there] = joinedChannels();
    const abort = new AbortController();
    const arriving = nextFile(there).then((file) =>
      file.accept({ signal: abort.signal, onProgress: () => abort.abort(new Error('disk full')) }),
    );
    const arrived = arriving.catch((error: Error) => error.message);
    expect(await code(sendFile(here.peer, big()))).toBe('rejected');
    expect(await arrived).toBe('disk full');
    const next = acceptAll(there);
    await sendFile(here.peer, new Blob(['abc']), { name: 'next' });
    expect(await next.get('next')).toMatchObject({ sha256: sha256(Buffer.from('abc')) });
  });

  it('when the channel closes, on both ends, and later ones do not begin', async () => {
    const [here, there] = joinedChannels();
    const files = acceptAll(there);
    const sending = code(sendFile(here.peer, big(), { name: 'f', onProgress: () => here.close() }));
    expect(await sending).toBe('closed');
    expect(await code(files.get('f') ?? Promise.resolve())).toBe('closed');
    expect(await code(sendFile(here.peer, big()))).toBe('closed');
  });

  it('when it cannot be read', async () => {
    const [here, there] = joinedChannels();
    const files = acceptAll(there);
    const gone = big();
    gone.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('NotReadableError')) }) as Blob;
    expect(await code(sendFile(here.peer, gone, { name: 'f' }))).toBe('unreadable');
    expect(await code(files.get('f') ?? Promise.resolve())).toBe('unreadable');
  });
});

describe('what a stranger offers', () => {
  it('is refused unseen when it is larger than the receiver wants', async () => {
    const [here, there] = joinedChannels();
    const listener = vi.fn<(file: IncomingFile) => void>((file) => void file.accept());
    onFile(there.peer, listener, { maxBytes: 10 });
    expect(await code(sendFile(here.peer, new Blob(['12345678901'])))).toBe('too-big');
    expect(listener).not.toHaveBeenCalled();
    await sendFile(here.peer, new Blob(['1234567890']));
    expect(listener).toHaveBeenCalledOnce();
  });

  it('is no more than 64 at once', async () => {
    const [here, there] = joinedChannels();
    onFile(there.peer, () => undefined);
    const all = Array.from({ length: 65 }, () => code(sendFile(here.peer, new Blob(['x']))));
    expect(await Promise.race(all)).toBe('too-many');
  });

  it.each([
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\autoexec.bat', 'C__autoexec.bat'],
    ['gpj.\u202Eexe.jpg', 'gpj._exe.jpg'],
    ['a\u0000b\nc', 'a_b_c'],
    ['..', 'file'],
    ['  ', 'file'],
    [undefined, 'file'],
    [['x'], 'file'],
    ['n'.repeat(300), 'n'.repeat(255)],
    ['\u{1F600}'.repeat(200), `${'\u{1F600}'.repeat(127)}_`],
  ])('has no name that does harm: %j', async (name, expected) => {
    const [, there] = joinedChannels();
    const file = nextFile(there);
    there.arrive(JSON.stringify({ type: 'offer', id: 1, bytes: 3, name, media: 'x/<script>' }));
    expect(await file).toMatchObject({ name: expected, type: '' });
  });

  it('is dropped where it makes no sense, and a good one still arrives', async () => {
    const [here, there] = joinedChannels();
    const seen = vi.fn<(file: IncomingFile) => void>((file) => void file.accept().catch(() => undefined));
    onFile(there.peer, seen);
    for (const id of [0, -1, 1.5, 2 ** 32, '1', null])
      there.arrive(JSON.stringify({ type: 'offer', id, bytes: 1, name: 'a' }));
    for (const bytes of [-1, 1.5, 1e300, '5', null, undefined])
      there.arrive(JSON.stringify({ type: 'offer', id: 7, bytes, name: 'a' }));
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"id":1}',
      '{"type":"accept","id":9}',
      `"${'x'.repeat(5_000)}"`,
    ])
      there.arrive(text);
    for (const bytes of [0, 3, 4, 5, 20]) there.arrive(new ArrayBuffer(bytes));
    expect(seen).not.toHaveBeenCalled();

    await sendFile(here.peer, new Blob(['abc']));
    expect(seen).toHaveBeenCalledOnce();
  });

  it('fails when it comes before it was accepted', async () => {
    const [, there] = joinedChannels();
    const file = nextFile(there);
    there.arrive(JSON.stringify({ type: 'offer', id: 1, bytes: 3, name: 'a' }));
    there.arrive(new Uint8Array([0, 0, 0, 1, 65]).buffer);
    expect(await code((await file).accept())).toBe('bad-transfer');
  });

  it('takes no more memory in small pieces than in large ones, and arrives all the same', async () => {
    const [, there] = joinedChannels();
    const files = acceptAll(there);
    const bytes = randomBytes(20_000);
    there.arrive(JSON.stringify({ type: 'offer', id: 1, bytes: bytes.length, name: 'f' }));
    for (const byte of bytes) there.arrive(new Uint8Array([0, 0, 0, 1, byte]).buffer);
    there.arrive(JSON.stringify({ type: 'end', id: 1, sha256: sha256(bytes) }));
    expect(await files.get('f')).toMatchObject({ sha256: sha256(bytes) });
  });
});
