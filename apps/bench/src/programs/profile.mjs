// BENCH_PROFILE=<folder> node --import=profile.mjs <a node>
// Keeps where the processor time of a process went, from its start to its end, as a profile for Chromium's developer tools.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = process.env['BENCH_PROFILE'] ?? '.';
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.once('exit', () => {
  session.post('Profiler.stop', (failure, answer) => {
    if (failure) throw failure;
    writeFileSync(join(folder, `${Date.now()}-${process.pid}.cpuprofile`), JSON.stringify(answer.profile));
  });
});
