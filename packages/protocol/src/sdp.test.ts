import { describe, expect, it } from 'vitest';

import { isSdp } from './sdp.ts';

const minimal = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';

describe('a session description', () => {
  it.each([
    ['with CRLF', minimal],
    ['with LF', minimal.replaceAll('\r\n', '\n')],
    ['without its last line end', minimal.trimEnd()],
    ['with an empty value', `${minimal}i=\r\n`],
    ['with text that is not ASCII', `${minimal}i=Grüße 👋\r\n`],
    ['of the version alone', 'v=0\r\n'],
  ])('%s passes', (_, text) => {
    expect(isSdp(text)).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['of another version', 'v=1\r\n'],
    ['that starts elsewhere', `s=-\r\n${minimal}`],
    ['after a space', ` ${minimal}`],
    ['with an empty line', `${minimal}\r\na=x\r\n`],
    ['with a line that is none', `${minimal}hello\r\n`],
    ['with a capital type', `${minimal}A=x\r\n`],
    ['with CR alone', minimal.replaceAll('\r\n', '\r')],
    ['with NUL', `${minimal}a=\u0000\r\n`],
    ['with a tab', `${minimal}a=\t\r\n`],
    ['with DEL', `${minimal}a=\u007f\r\n`],
    ['with a script instead', '<script>'],
  ])('%s does not', (_, text) => {
    expect(isSdp(text)).toBe(false);
  });

  it.each([
    ['many short lines', `v=0\r\n${'a=\r\n'.repeat(250_000)}\u0000`],
    ['one long line', `v=0\r\na=${'x'.repeat(1_000_000)}\u0000`],
    ['many carriage returns', `v=0\r\na=${'\r'.repeat(1_000_000)}`],
  ])('of a megabyte is refused in linear time: %s', (_, text) => {
    const startedAt = performance.now();

    expect(isSdp(text)).toBe(false);
    // Milliseconds when linear, minutes when not; the bound only has to tell the two apart.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
