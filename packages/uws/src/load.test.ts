// oxlint-disable vitest/no-conditional-tests -- what can be tested depends on which binary this machine can load
import { describe, expect, it } from 'vitest';
import { load } from './load.ts';

const loaded = load();

describe('load', () => {
  it('gives a reason for each package that it did not take', () => {
    for (const { name, why } of loaded.refused) {
      expect(name).toMatch(/uws|uWebSockets/);
      expect(why).toMatch(/^(its binary needs GLIBC|it has no binary for|it is not installed)/);
    }
  });

  it('sets the limit of headers for binaries that read it, unless somebody has', () => {
    expect(process.env['UWS_HTTP_MAX_HEADERS_SIZE']).toBe('16384');
    process.env['UWS_HTTP_MAX_HEADERS_SIZE'] = '8192';
    load();
    expect(process.env['UWS_HTTP_MAX_HEADERS_SIZE']).toBe('8192');
  });

  // What can be said depends on the machine; what cannot be said here is no test of it.
  if (loaded.ok) {
    it('names what it took', () => {
      expect(loaded).toMatchObject({ name: expect.any(String), version: expect.stringMatching(/^20\.\d+/) });
    });

    it('takes the binary itself and not an imitation of it', () => {
      expect(String(loaded.library.App)).toContain('[native code]');
    });
  } else {
    it('ends in one sentence that names the remedy', () => {
      expect(loaded.message).toMatch(/^No uWebSockets\.js binary loads on .*PARLEY_SOCKET=ws\.$/);
    });
  }
});
