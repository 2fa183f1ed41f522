import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// At run time, because the command line is the test runner's. `gc` is in contexts that are made from now on. Without the
// two others, code that is optimized, thrown away and compiled again moves the heap by half a megabyte either way.
for (const flag of ['--expose-gc', '--no-opt', '--no-flush-bytecode']) setFlagsFromString(flag);
const collectGarbage = runInNewContext('gc') as () => void;

/** What is really in use, in bytes: the least of several looks, because finalizers have something to do after the first. Importing this makes code slower. */
export async function heapInUseBytes(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 5; look += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}
