// npm run soak [-- --minutes 30]
// Steady coming and going at three nodes, watched from outside: does anything grow?
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readOptions, USAGE, type SoakOptions } from './options.ts';
import { pictureOf } from './picture.ts';
import { progressOn } from './progress.ts';
import type { Recording } from './recording.ts';
import { describeRun } from './report.ts';
import { soak } from './soak.ts';

const EXIT = { flat: 0, 'not-flat': 1, 'too-short': 2 } as const;
const INTERRUPTED = 130;

const options = optionsOrUsage();
if (options) await run(options);

function optionsOrUsage(): SoakOptions | undefined {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exitCode = 1;
    return undefined;
  }
}

/** Ctrl-C ends it in good order; a second one at once, and then the kernel ends what was started. */
async function run(soakOptions: SoakOptions): Promise<void> {
  const over = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort());
  const progress = progressOn(process.stderr);
  try {
    const recording = await soak(soakOptions, progress, over.signal).finally(() => progress.end());
    await write(recording);
    process.exitCode = over.signal.aborted ? INTERRUPTED : EXIT[recording.verdict.outcome];
  } catch (error) {
    // A terminal sends Ctrl-C to the nodes and Redis as well: then they are gone before the soak looks again.
    console.error(over.signal.aborted ? 'Interrupted.' : (error as Error).message);
    process.exitCode = over.signal.aborted ? INTERRUPTED : EXIT['not-flat'];
  }
}

async function write(recording: Recording): Promise<void> {
  const { out } = recording.options;
  const [json, svg] = [join(out, 'soak.json'), join(out, 'soak.svg')];
  await mkdir(out, { recursive: true });
  await writeFile(json, `${JSON.stringify(recording)}\n`);
  await writeFile(svg, pictureOf(recording));
  console.log(`${describeRun(recording)}\n\n${json}\n${svg}`);
}
