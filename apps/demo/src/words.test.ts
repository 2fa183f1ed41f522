import { describe, expect, it } from 'vitest';

import { cameraProblem, codeProblem, fileProblem, problemWords, serverWords, sizeText } from './words.ts';

describe('the words', () => {
  it('are there for everything that people meet', () => {
    expect(problemWords('room-not-found').title).toBe('No room has this code');
    expect(problemWords('room-full').title).toBe('This room is full');
    expect(problemWords('kicked').title).toBe('You have been removed');
    expect(problemWords('replaced').title).toBe('You have gone on elsewhere');
    expect(problemWords('unreachable').title).toBe('The server cannot be reached');
    expect(cameraProblem('NotAllowedError')).toMatch(/camera was refused/);
    expect(cameraProblem('insecure')).toMatch(/https pages only.*files work/);
    expect(fileProblem('closed')).toMatch(/connection ended/);
  });

  it('tell a token that is missing from one that has expired and from one that is wrong', () => {
    expect(problemWords('credential-missing').title).toMatch(/wants a token/);
    expect(problemWords('token-expired').title).toMatch(/has expired/);
    for (const code of ['credential-malformed', 'token-unknown', 'token-bad-signature'])
      expect(problemWords(code).title).toMatch(/not taken/);
  });

  it('name a code that they do not know, and say when to try again', () => {
    expect(problemWords('brand-new', 1_001).hint).toBe(
      'Its reason is "brand-new". Please try again in 2 seconds.',
    );
    expect(problemWords('rate-limited', 900).hint).toBe('Please try again in 1 second.');
    expect(cameraProblem('OddError')).toContain('OddError');
    expect(fileProblem('odd')).toContain('odd');
  });

  it('tell a server that is full from one that is not there', () => {
    expect(serverWords('node-full').title).toBe('The server is full');
    for (const reason of ['unreachable', 'drained', undefined])
      expect(serverWords(reason).title).toBe('The server cannot be reached');
  });

  it('tell nothing typed from something that is no code', () => {
    expect(codeProblem(' ')).toMatch(/enter the code/);
    expect(codeProblem('7KMP')).toMatch(/eight letters and digits/);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [5 * 1024 * 1024, '5.0 MiB'],
    [3 * 1024 ** 4, '3072.0 GiB'],
  ])('say %i bytes as people read it', (bytes, text) => expect(sizeText(bytes)).toBe(text));
});
