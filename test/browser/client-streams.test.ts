import { describe, expect, it } from 'vitest';

import { canMeet, pagesOnTwoNodes } from './support/pages.ts';

describe.runIf(canMeet)('streams between two pages on two nodes', () => {
  const pages = pagesOnTwoNodes();

  it('are shown on both ends, and each new listener is told of those that are there', async () => {
    const both = await pages.meet();
    const shown = await Promise.all(
      both.map((page) =>
        page.evaluate(async () => {
          const peer = await window.sdk.peer();
          const streams: MediaStream[] = [];
          peer.on('stream', (stream) => streams.push(stream));
          const camera = await window.sdk.camera();
          peer.addStream(camera);
          peer.addStream(camera);
          await window.sdk.until('pictures', async () => (await window.sdk.framesDecoded(peer)) > 10);
          const late: MediaStream[] = [];
          peer.on('stream', (stream) => late.push(stream));
          return {
            streams: streams.length,
            isTheSame: late.length === 1 && late[0] === streams[0] && peer.streams[0] === streams[0],
            senders: peer.pc.getSenders().length,
          };
        }),
      ),
    );
    expect(shown).toEqual([
      { streams: 1, isTheSame: true, senders: 1 },
      { streams: 1, isTheSame: true, senders: 1 },
    ]);
  });

  it('are added to a conversation, get a track later, and go again', async () => {
    const [sender, receiver] = await pages.meet();
    const told = receiver.evaluate(async () => {
      const peer = await window.sdk.peer();
      const seen: string[] = [];
      const chat = peer.channel('chat');
      peer.on('stream', (stream) => seen.push(`stream of ${stream.getTracks().length}`));
      peer.on('stream-removed', () => seen.push('gone'));
      await chat.ready;
      chat.send('begin');
      const stream = await window.sdk.until('the stream', () => peer.streams[0]);
      await window.sdk.until('pictures', async () => (await window.sdk.framesDecoded(peer)) > 5);
      chat.send('more');
      await window.sdk.until('the sound', () => stream.getAudioTracks().length === 1);
      chat.send('less');
      await window.sdk.until('the end of the pictures', () => stream.getVideoTracks().length === 0);
      chat.send('nothing');
      await window.sdk.until('the end', () => peer.streams.length === 0);
      return [...seen, stream.getTracks().length, chat.isOpen];
    });
    const isAsItWas = await sender.evaluate(async () => {
      const peer = await window.sdk.peer();
      const chat = peer.channel('chat');
      const asked: unknown[] = [];
      chat.on('message', (word) => asked.push(word));
      const asks = (word: string) => window.sdk.until(word, () => asked.includes(word));
      const camera = await window.sdk.camera();
      const [sound] = (await window.sdk.camera({ audio: true })).getAudioTracks();
      const [pictures] = camera.getVideoTracks();
      await asks('begin');
      peer.addStream(camera);
      await asks('more');
      if (sound) camera.addTrack(sound);
      await asks('less');
      if (pictures) camera.removeTrack(pictures);
      await asks('nothing');
      peer.removeStream(camera);
      return Object.keys(camera).length === 0;
    });
    expect(await told).toEqual(['stream of 1', 'gone', 0, true]);
    expect(isAsItWas).toBe(true);
  });

  it('come back when they are sent again', async () => {
    const [sender, receiver] = await pages.meet();
    const told = receiver.evaluate(async () => {
      const peer = await window.sdk.peer();
      const seen: string[] = [];
      peer.on('stream', () => seen.push('stream'));
      peer.on('stream-removed', () => seen.push('gone'));
      await window.sdk.until('the same again', () => seen.length >= 5);
      return seen;
    });
    await sender.evaluate(async () => {
      const peer = await window.sdk.peer();
      const camera = await window.sdk.camera();
      for (let round = 0; round < 5; round++) {
        if (round % 2 === 0) peer.addStream(camera);
        else peer.removeStream(camera);
        await window.sdk.until('an agreement', () => {
          const directions = peer.pc.getTransceivers().map(({ currentDirection }) => currentDirection);
          const wanted = round % 2 === 0 ? 'sendonly' : 'inactive';
          // One and the same is used again: otherwise descriptions would grow.
          return peer.pc.signalingState === 'stable' && directions.length === 1 && directions[0] === wanted;
        });
      }
    });
    expect(await told).toEqual(['stream', 'gone', 'stream', 'gone', 'stream']);
  });
});
