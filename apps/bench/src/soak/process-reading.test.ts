import { openSync, closeSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { readProcess } from './process-reading.ts';

describe.runIf(process.platform === 'linux')('what the kernel says of a process', () => {
  it('agrees with what it says of itself', async () => {
    const { residentBytes, busyMs } = await readProcess(process.pid);
    const { user, system } = process.cpuUsage();
    expect(residentBytes / process.memoryUsage.rss()).toBeCloseTo(1, 0);
    expect(Math.abs(busyMs - (user + system) / 1_000)).toBeLessThan(250);
  });

  it('counts a file that is open, and no longer', async () => {
    // Others of this process may open files meanwhile: of a hundred, enough must show.
    const before = await readProcess(process.pid);
    const files = Array.from({ length: 100 }, () => openSync('/dev/null', 'r'));
    const meanwhile = await readProcess(process.pid);
    files.forEach((file) => closeSync(file));
    const after = await readProcess(process.pid);
    expect(meanwhile.openFiles - before.openFiles).toBeGreaterThan(80);
    expect(meanwhile.openFiles - after.openFiles).toBeGreaterThan(80);
  });

  it('says nothing of one that is not there', async () => {
    await expect(readProcess(2 ** 30)).rejects.toThrow('ENOENT');
  });
});
